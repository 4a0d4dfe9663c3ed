"""Reading, decoding and writing images; an error names the file."""

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from PIL import Image, ImageOps

from mmcv.fileio import get_bytes
from mmcv.utils import one_line

from .channels import choose
from .header import Part
from .jpeg import decode_jpeg_part, decode_jpeg_rows, jpeg_shape
from .png import decode_png_rows, inflates_fast, png_shape
from .stored import OtherKindError, decode_stored, decode_unchanged, is_deep, is_deep_colour, refuse_channels, with_sign

#: OpenCV's number of each flag of :func:`imfrombytes`.
FLAGS = {
    'color': cv2.IMREAD_COLOR,
    'grayscale': cv2.IMREAD_GRAYSCALE,
    'unchanged': cv2.IMREAD_UNCHANGED,
    'stored': cv2.IMREAD_UNCHANGED,
    'color_ignore_orientation': cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION,
    'grayscale_ignore_orientation': cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION,
}
_Flag = str | int  # an integer is one of OpenCV's
_DecodeRows = Callable[[bytes, int | None], np.ndarray]
_PNG = b'\x89PNG'
_default_backend = 'cv2'


def use_backend(backend: str) -> None:
    """Set the decoder of ``imread`` and ``imfrombytes`` for calls that name none: cv2, pillow or tifffile.

    Raises:
        ValueError: another name.
    """
    global _default_backend
    choose(_DECODERS, backend, 'image backend')
    _default_backend = backend


def default_backend() -> str:
    """What :func:`use_backend` has set."""
    return _default_backend


def imread(
    img_or_path: np.ndarray | str | Path,
    flag: _Flag = 'color',
    channel_order: str = 'bgr',
    backend: str | None = None,
    file_client_args: dict | None = None,
) -> np.ndarray:
    """Read an image file; an array is returned as it is.

    Args:
        img_or_path: the path or address.
        flag, channel_order, backend: as for :func:`imfrombytes`.
        file_client_args: where the file lies, the keyword arguments of :func:`mmcv.fileio.get_bytes`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no image, or it is cut off; the message opens with the path.
    """
    if isinstance(img_or_path, np.ndarray):
        return img_or_path
    content = get_bytes(img_or_path, **(file_client_args or {}))
    return EncodedImage(img_or_path, content, flag, channel_order, backend).decode()


@dataclass(frozen=True)
class EncodedImage:
    """An image file that has been read but not decoded.

    Args:
        path: for messages.
        content, flag, channel_order, backend: as for :func:`imfrombytes`.
    """

    path: str | Path
    content: bytes
    flag: _Flag = 'color'
    channel_order: str = 'bgr'
    backend: str | None = None
    dtype: ClassVar[np.dtype] = np.dtype(np.uint8)

    @property
    def shape(self) -> tuple[int, int, int] | None:
        """(H, W, 3) of the decoded image, where decoding can stop at a row; None elsewhere."""
        return self._by_rows and self._by_rows[0]

    @functools.cached_property
    def _by_rows(self) -> tuple[tuple[int, int, int], _DecodeRows] | None:
        """The shape, and what decodes the upper rows; None where nothing does."""
        if (self.backend or _default_backend) != 'cv2' or not _name_of(self.flag).startswith('color'):
            return None
        for shape_of, decode in ((png_shape, decode_png_rows), (jpeg_shape, decode_jpeg_rows)):
            shape = shape_of(self.content)
            if shape is not None:
                return shape, decode
        return None

    def decode(self, rows: int | None = None) -> np.ndarray:
        """As :func:`imfrombytes`; the message of a ValueError opens with the path."""
        return self._named(self._decode, rows)

    def decode_part(self, box: tuple[int, int, int, int]) -> Part:
        """At least the pixels within (top, bottom, left, right) of an image that has a ``shape``; BGR.

        Raises:
            ValueError: as of :meth:`decode`.
        """
        assert self.channel_order == 'bgr'
        if self._by_rows[1] is decode_jpeg_rows:
            return self._named(self._decode_jpeg_part, box)
        return Part(self.decode(box[1]), 0, 0)

    def _named(self, decode: Callable, wanted: object) -> object:
        try:
            return decode(wanted)
        except ValueError as error:
            raise ValueError(f'{self.path}: {error}') from error

    def _decode_jpeg_part(self, box: tuple[int, int, int, int]) -> Part:
        _check_complete(self.content)
        try:
            return decode_jpeg_part(self.content, box)
        except Exception as error:
            raise _damaged(error) from error

    def _decode(self, rows: int | None) -> np.ndarray:
        decode = choose(_DECODERS, self.backend or _default_backend, 'image backend')
        flag = _name_of(self.flag)
        rgb = choose({'bgr': False, 'rgb': True}, self.channel_order, 'channel order')
        if rows is not None and rows < 1:
            raise ValueError(f'rows={rows}: an image has 1 or more')
        _check_complete(self.content)
        pays = rows is not None or inflates_fast() or not self.content.startswith(_PNG)
        if pays and self._by_rows:
            decode = functools.partial(_decode_rows, rows=rows, decode=self._by_rows[1])
        try:
            return decode(self.content, flag, rgb)
        except ImportError as error:
            raise ValueError(f"the image backend 'tifffile' needs a package: pip install tifffile ({error})") from error
        except OtherKindError:
            raise
        except Exception as error:  # damaged bytes make decoders raise nearly anything, even SyntaxError and zlib.error
            raise _damaged(error) from error


def imfrombytes(
    content: bytes | memoryview,
    flag: _Flag = 'color',
    channel_order: str = 'bgr',
    backend: str | None = None,
    rows: int | None = None,
) -> np.ndarray:
    """Decode an image.

    Args:
        content: what is in the file.
        flag: ``'color'`` gives (H, W, 3) and ``'grayscale'`` (H, W), both uint8 and turned upright by the EXIF tag
            (not so with the suffix ``'_ignore_orientation'``); ``'unchanged'`` keeps channels and depth. A palette
            image stays a map of indices under ``pillow``, while ``cv2`` expands it to colours. ``'stored'`` gives the
            numbers in the file under every decoder, as label maps need them: indices of a palette, and grey of 1, 2
            and 4 bit without being stretched to 0 ... 255. Of more than 8 bits the 8-bit flags keep the upper ones.
            OpenCV's numbers do as well: 1 is ``'color'``, 0 ``'grayscale'`` and -1 ``'unchanged'``.
        channel_order: ``'bgr'`` or ``'rgb'``, for the colour flags; ``'unchanged'`` is always BGR(A).
        backend: ``'cv2'``, ``'pillow'`` or ``'tifffile'`` (an optional package; it returns what is stored, whatever
            the flag, with the channels last).
        rows: only this many from the top are wanted, 1 or more. The others are 0 in the result, and damage there is not
            noticed, if the flag is a colour one, the decoder cv2, and the file a PNG of 8-bit RGB, with ``mmcv._ext``
            built, or a JPEG that is stored from the top to the bottom in a usual sampling (4:4:4, 4:2:2, 4:4:0, 4:2:0,
            4:1:1), with the optional package simplejpeg. Any other image is decoded whole.

    Raises:
        ValueError: an unknown option, or content that cannot be decoded or that ends too early.
    """
    content = bytes(content)  # of some storages it is a memoryview; bytes are not copied
    return EncodedImage('', content, flag, channel_order, backend)._decode(rows)


def imwrite(
    img: np.ndarray, file_path: str | Path, params: list[int] | None = None, auto_mkdir: bool = True
) -> bool:
    """Write an image in the format that the suffix names.

    Args:
        img: (H, W) or (H, W, C), colours as BGR(A).
        file_path: where to.
        params: as for ``cv2.imwrite``.
        auto_mkdir: make missing folders.

    Returns:
        True.

    Raises:
        ValueError: a suffix or an array that OpenCV cannot encode.
        OSError: the file cannot be written.
    """
    path = Path(file_path)
    try:
        _, content = cv2.imencode(path.suffix, img, params or [])
    except cv2.error as error:
        raise ValueError(f'{path}: cannot encode shape {img.shape}, {img.dtype} as {path.suffix!r}') from error
    if auto_mkdir:
        path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.tobytes())
    return True


def _damaged(error: Exception) -> ValueError:
    return ValueError(f'damaged image, or of an unknown format: {one_line(error)}')


def _check_complete(content: bytes) -> None:
    """Refuse a file that was cut off: decoders would fill the missing rows with grey, and only print a warning."""
    if not content:
        raise ValueError('the file is empty')
    # 0xFF is escaped inside JPEG data, so behind the last end marker of a whole file no scan starts;
    # the markers of a thumbnail in the header or behind the image do not disturb this.
    if content.startswith(b'\xff\xd8') and b'\xff\xda' in content[content.rfind(b'\xff\xd9') + 1:]:
        raise ValueError('the JPEG file is cut off (no end marker): fetch it again')
    if content.startswith(_PNG) and content.rfind(b'IEND', 0, -4) < 0:  # its checksum follows
        raise ValueError('the PNG file is cut off (no end chunk): fetch it again')


def _name_of(flag: _Flag) -> str:
    """The name of a flag that may be one of OpenCV's numbers."""
    name = flag if isinstance(flag, str) else next((name for name, number in FLAGS.items() if number == flag), flag)
    choose(FLAGS, name, 'image flag')
    return name


def _decode_rows(content: bytes, flag: str, rgb: bool, rows: int | None, decode: _DecodeRows) -> np.ndarray:
    img = decode(content, rows)
    return cv2.cvtColor(img, cv2.COLOR_BGR2RGB, dst=img) if rgb else img


def _decode_cv2(content: bytes, flag: str, rgb: bool) -> np.ndarray:
    if flag == 'stored':
        return decode_stored(content, 'cv2')
    refuse_channels(content)
    img = cv2.imdecode(np.frombuffer(content, np.uint8), FLAGS[flag])
    if img is None:
        kind = decode_unchanged(content).dtype
        raise OtherKindError(f"values of type {kind} do not become 8 bit: read them with color_type='unchanged'")
    return cv2.cvtColor(img, cv2.COLOR_BGR2RGB, dst=img) if rgb and flag.startswith('color') else img


def _decode_pillow(content: bytes, flag: str, rgb: bool) -> np.ndarray:
    if flag == 'stored':
        return decode_stored(content, 'pillow')
    with Image.open(io.BytesIO(content)) as image:
        if is_deep_colour(image, content) or (is_deep(image, content) and flag != 'unchanged'):
            return _decode_cv2(content, flag, rgb)
        if flag == 'unchanged':
            img = with_sign(image, np.array(image))
            if img.ndim == 3 and img.shape[2] >= 3:
                img[..., :3] = img[..., 2::-1].copy()
            return img
        if not flag.endswith('ignore_orientation'):
            image = ImageOps.exif_transpose(image)
        if flag.startswith('grayscale'):
            return np.array(image.convert('L'))
        img = np.array(image.convert('RGB'))
        return img if rgb else cv2.cvtColor(img, cv2.COLOR_RGB2BGR)


def _decode_tiff(content: bytes, flag: str, rgb: bool) -> np.ndarray:
    import tifffile

    with tifffile.TiffFile(io.BytesIO(content)) as file:
        series = file.series[0]
        img = series.asarray()
        return np.moveaxis(img, 0, -1).copy() if series.axes == 'SYX' else img  # stored plane by plane


_DECODERS = {'cv2': _decode_cv2, 'pillow': _decode_pillow, 'tifffile': _decode_tiff}
