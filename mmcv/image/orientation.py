"""How a photograph is to be turned: the EXIF tag "orientation", by which cameras keep it as the sensor saw it."""

from typing import BinaryIO

from PIL import ExifTags, Image, TiffImagePlugin

#: Values of the tag that exchange height and width.
QUARTER_TURNS = (5, 6, 7, 8)


def read_orientation(image: Image.Image) -> int:
    """The tag of an image that is opened and not loaded yet, 1 to 8; 1 where there is none. No pixel is decoded."""
    if image.format == 'PNG' and not _has_exif(image.fp):  # Pillow would decode it all to look behind the pixels
        return 1
    value = image.getexif().get(ExifTags.Base.Orientation, 1)
    return value if value in range(1, 9) else 1


def stored_size(image: Image.Image) -> tuple[int, int]:
    """(H, W) of an opened image as its file has it: of TIFF, Pillow tells the size of what is turned already."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return image.tag_v2[TiffImagePlugin.IMAGELENGTH], image.tag_v2[TiffImagePlugin.IMAGEWIDTH]
    return image.size[::-1]


def _has_exif(png: BinaryIO) -> bool:
    """Whether a PNG file has a chunk of EXIF, by the heads of its chunks; the stream stays where it is."""
    before, place, kind = png.tell(), 8, b''
    while kind not in (b'eXIf', b'IEND'):
        png.seek(place)
        head = png.read(8)
        if len(head) < 8:
            break
        kind, place = head[4:], place + 12 + int.from_bytes(head[:4], 'big')
    png.seek(before)
    return kind == b'eXIf'
