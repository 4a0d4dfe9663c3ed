"""Label files of any depth, written by hand: the libraries that read them are not asked what is right."""

import io
import struct
import zlib

import numpy as np


def png(values: np.ndarray, bits: int, palette: bool = False) -> bytes:
    """Grey of 1, 2, 4, 8 or 16 bit, or indices of a palette of 1, 2, 4 or 8 bit, (H, W)."""
    height, width = values.shape
    head = struct.pack('>IIBBBBB', width, height, bits, 3 if palette else 0, 0, 0, 0)
    rows = b''.join(b'\0' + row for row in _packed(values, bits))
    colours = _chunk(b'PLTE', bytes((7 * k + 90) % 256 for k in range(3 * 2**bits))) if palette else b''
    return (b'\x89PNG\r\n\x1a\n' + _chunk(b'IHDR', head) + colours + _chunk(b'IDAT', zlib.compress(rows))
            + _chunk(b'IEND', b''))


def tiff(values: np.ndarray, bits: int = 0, photometric: int = 1) -> bytes:
    """One uncompressed strip of the array's own number type, or of unsigned ``bits``, (H, W).

    Args:
        photometric: 0 if white is 0, 1 if black is, 3 for indices of a palette.
    """
    height, width = values.shape
    if bits:
        pixels = b''.join(_packed(values, bits))
    else:
        bits, pixels = 8 * values.dtype.itemsize, values.astype(values.dtype.newbyteorder('<')).tobytes()
    kind = {'u': 1, 'i': 2, 'f': 3}[values.dtype.kind]
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: None, 277: 1, 278: height,
            279: len(pixels), **({320: None} if photometric == 3 else {}), 339: kind}
    colours = np.arange(3 * 2**bits, dtype='<u2').tobytes() if photometric == 3 else b''
    start = 8 + 2 + 12 * len(tags) + 4
    tags[273] = start + len(colours)
    entries = b''.join(struct.pack('<HHII', tag, *((3, len(colours) // 2, start) if tag == 320 else (4, 1, value)))
                       for tag, value in tags.items())
    return struct.pack('<2sHIH', b'II', 42, 8, len(tags)) + entries + struct.pack('<I', 0) + colours + pixels


def npy(values: np.ndarray) -> bytes:
    """A file of numpy's."""
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def _packed(values: np.ndarray, bits: int) -> list[bytes]:
    rows = []
    for row in values:
        text = ''.join(format(int(value), f'0{bits}b') for value in row)
        text += '0' * (-len(text) % 8)
        rows.append(int(text, 2).to_bytes(len(text) // 8, 'big'))
    return rows


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
