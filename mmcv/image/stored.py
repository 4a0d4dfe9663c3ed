"""Numbers as a file stores them: neither stretched to 0 ... 255 nor turned into colours, as decoders like to do."""

import contextlib
import io
import struct

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from .png import decode_png_rows, is_plain_label

_BITS, _PHOTOMETRIC, _CHANNELS, _FORMAT = 258, 262, 277, 339  # tags of TIFF
_MOST_CHANNELS = 4  # of OpenCV's TIFF
_WHITE_IS_ZERO, _SIGNED = 0, 2
_PNG = b'\x89PNG\r\n\x1a\n'
_PNG_GREY = 0
_TIFF = (b'II*\0', b'MM\0*')


class OtherKindError(ValueError):
    """Nothing is wrong with a file, but the decoder that was asked does not give it in that way."""


def decode_stored(content: bytes, backend: str) -> np.ndarray:
    """The samples of an image file as they are stored: grey values of any depth and sign, or indices of a palette.

    Args:
        content: what is in the file.
        backend: ``cv2`` or ``pillow``: which is asked first. The numbers are the same.

    Returns:
        (H, W), or (H, W, C) of a file with several samples per pixel.
    """
    if is_plain_label(content):
        return decode_png_rows(content)
    if backend == 'cv2' and _is_plain_png(content):
        return decode_unchanged(content)
    try:
        with Image.open(io.BytesIO(content)) as image:
            return decode_unchanged(content) if is_deep_colour(image, content) else _unstretched(image, content)
    except UnidentifiedImageError:  # TIFF of 64 bit
        return decode_unchanged(content)


def decode_unchanged(content: bytes) -> np.ndarray:
    """What OpenCV gives without a wish for 8 bit.

    Raises:
        OtherKindError: a TIFF of more channels than it decodes.
        ValueError: it cannot decode the content.
    """
    refuse_channels(content)
    img = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if img is None:
        raise ValueError('OpenCV cannot decode it')
    return img


def refuse_channels(content: bytes) -> None:
    """Raise an OtherKindError of a TIFF of more channels than OpenCV decodes, of which it complains on stderr."""
    if content[:4] in _TIFF and (channels := _tiff_channels(content)) > _MOST_CHANNELS:
        raise OtherKindError(f"a TIFF of {channels} channels takes imdecode_backend='tifffile' (pip install tifffile) "
                             'in LoadImageFromFile, and a network of as many in_channels')


def _tiff_channels(content: bytes) -> int:
    """How many samples a pixel of a TIFF has, by the tags of its first page."""
    order = '<' if content.startswith(b'II') else '>'
    with contextlib.suppress(struct.error):  # cut off
        start, = struct.unpack_from(f'{order}I', content, 4)
        tags, = struct.unpack_from(f'{order}H', content, start)
        for place in range(start + 2, start + 2 + 12 * tags, 12):
            if struct.unpack_from(f'{order}H', content, place) == (_CHANNELS,):
                return struct.unpack_from(f'{order}H', content, place + 8)[0]
    return 1


def is_deep(image: Image.Image, content: bytes) -> bool:
    """Whether a file has more than 8 bits per sample, which pillow cuts to 8 in its own way, or not at all."""
    return image.mode.startswith(('I', 'F')) or _bits(image, content) > 8


def is_deep_colour(image: Image.Image, content: bytes) -> bool:
    """Whether a file has several samples of more than 8 bits per pixel: pillow has no place for such."""
    return not image.mode.startswith(('I', 'F')) and _bits(image, content) > 8


def with_sign(image: Image.Image, array: np.ndarray) -> np.ndarray:
    """The array of an opened image in the number type of its file: pillow knows no int8 and no uint32."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        signed, bits = _tag(image, _FORMAT, 1) == _SIGNED, _tag(image, _BITS, 1)
        if array.dtype == np.uint8 and bits == 8 and signed:
            return array.view(np.int8)
        if array.dtype == np.int32 and bits == 32 and not signed:
            return array.view(np.uint32)
    return array


def _unstretched(image: Image.Image, content: bytes) -> np.ndarray:
    white = _white(image)
    array = with_sign(image, np.array(image))
    if array.dtype == bool:
        array = array.astype(np.uint8)
    if image.format == 'PPM':
        return 1 - array if image.mode == '1' else np.rint(array * white).astype(np.uint16)
    bits = 1 if image.mode == '1' else _bits(image, content)
    if image.mode == 'L' and bits in (2, 4):
        array = array // (255 // (2**bits - 1))
    inverted = isinstance(image, TiffImagePlugin.TiffImageFile) and _tag(image, _PHOTOMETRIC, 1) == _WHITE_IS_ZERO
    return (2**bits - 1 - array).astype(np.uint8) if inverted and image.mode in ('1', 'L') else array


def _white(image: Image.Image) -> float:
    """By what to multiply grey values of a PGM file that is not loaded yet: its header says which number is white."""
    decoder, *_, arguments = image.tile[0] if image.tile else ('raw', ())
    stretched = decoder.startswith('ppm') and len(arguments) == 2
    return arguments[1] / (65535 if image.mode == 'I' else 255) if stretched else 1


def _bits(image: Image.Image, content: bytes) -> int:
    """How many bits a sample has; 8 where the format does not say."""
    if content.startswith(_PNG):
        return content[24]
    return _tag(image, _BITS, 1) if isinstance(image, TiffImagePlugin.TiffImageFile) else 8


def _tag(image: TiffImagePlugin.TiffImageFile, number: int, default: int) -> int:
    value = image.tag_v2.get(number, default)
    return max(value) if isinstance(value, tuple) else value


def _is_plain_png(content: bytes) -> bool:
    """Whether OpenCV too gives what is stored: grey of whole bytes in which no value means transparent."""
    return content.startswith(_PNG) and content[24] >= 8 and content[25] == _PNG_GREY and b'tRNS' not in content[:4096]
