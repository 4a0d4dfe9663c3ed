"""Images as they come over HTTP: bounded in size, number and time, and looked at before they are decoded."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Mapping
from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple, TypeVar

from mmcv.image.header import read_header

from .answers import Refused

T = TypeVar('T')

_BYTES_OF_A_PIXEL = 4
_HEADERS = 1 << 20  # bytes of a file beside its pixels
_AT_ONCE = 4  # files of the largest size that are held
_DRAINED = 1 << 28  # bytes of a refused body that are read and dropped, so that the client comes to read the answer
_SECONDS = 60.0  # for a body to arrive
_FIELD = 'image'
_PARTS, _HEAD = 1000, 1 << 14  # parts of a form, and bytes of a part's head, that are looked at


class Limits(NamedTuple):
    """How much is taken.

    Attributes:
        pixels: of an image.
        queue: requests that are under way at once.
    """

    pixels: int
    queue: int

    @property
    def bytes(self) -> int:
        """Of a file."""
        return _BYTES_OF_A_PIXEL * self.pixels + _HEADERS


class Gate:
    """Lets in no more requests, and no more bytes, than can be held.

    Args:
        limits: how much is taken.

    Attributes:
        inside: requests that are under way.
        held: bytes of them.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.inside = self.held = 0

    @contextlib.asynccontextmanager
    async def admit(
        self, chunks: AsyncIterator[bytes], announced: int, retry_after: int,
    ) -> AsyncIterator[bytearray]:
        """The whole body of a request, which counts as under way, and its bytes as held, until the end of the block.

        Args:
            chunks: of it.
            announced: its length as the client says; 0 where it does not.
            retry_after: seconds after which there may be room, where there is none.

        Raises:
            Refused: there is no room, or the body is too large or comes too slowly.
        """
        if self.inside >= self.limits.queue:
            await _in_time(_drain(chunks, announced))
            raise Refused(503, f'{self.inside} requests are under way already: try again later', retry_after)
        content = bytearray()
        self.inside += 1
        try:
            refusal = await _in_time(self._fill(content, chunks, announced))
            if refusal is not None:
                self.held -= len(content)
                content.clear()
                await _in_time(_drain(chunks, announced))
                raise refusal
            yield content
        finally:
            self.inside -= 1
            self.held -= len(content)

    async def _fill(self, content: bytearray, chunks: AsyncIterator[bytes], announced: int) -> Refused | None:
        """Read a body as far as it is taken; why it is not taken any further, if so."""
        if announced > self.limits.bytes:
            return self._too_large()
        async for chunk in chunks:
            content += chunk
            self.held += len(chunk)
            if (refusal := self._refusal(len(content))) is not None:
                return refusal
        return None

    def _refusal(self, length: int) -> Refused | None:
        """Why a body that has come to this length is not taken."""
        if length > self.limits.bytes:
            return self._too_large()
        if self.held > _AT_ONCE * self.limits.bytes:
            return Refused(503, 'too much is being sent at once: try again later', retry_after=1)
        return None

    def _too_large(self) -> Refused:
        return Refused(413, f'the file is too large: up to {self.limits.bytes >> 20} MiB are taken')

    def check_header(self, content: bytes) -> int:
        """The pixels of an image, by the first bytes of its file; nothing is decoded.

        Raises:
            Refused: it is no image, or has too many pixels.
        """
        try:
            header = read_header(content)
        except (ValueError, OSError) as error:
            raise Refused(415, f'not an image: {error}') from error
        if header.pixels > self.limits.pixels:
            raise Refused(413, f'the image has {header.width} x {header.height} pixels: up to {self.limits.pixels} are '
                               'taken')
        return header.pixels


async def _in_time(work: Awaitable[T]) -> T:
    """What work on a body gives.

    Raises:
        Refused: it takes too long.
    """
    try:
        return await asyncio.wait_for(work, _SECONDS)
    except asyncio.TimeoutError:
        raise Refused(408, f'the image did not arrive within {_SECONDS:.0f} seconds') from None


async def _drain(chunks: AsyncIterator[bytes], announced: int) -> None:
    """Read and drop what a client still sends, or it would not come to read the answer."""
    length = announced
    while length <= _DRAINED and (chunk := await anext(chunks, None)) is not None:
        length += len(chunk)


def file_in(content: bytearray, headers: Mapping[str, str]) -> bytes:
    """The image in the body of a request: the body itself, or the field ``image`` of a form.

    Raises:
        Refused: a form without that field.
    """
    head = _head(f'content-type: {headers.get("content-type", "")}'.encode('latin-1', 'replace'))
    if head.get_content_type() != 'multipart/form-data':
        return bytes(content)
    boundary = head.get_boundary()
    if not boundary:
        raise Refused(400, 'multipart/form-data without a boundary')
    limit = b'--' + boundary.encode('latin-1', 'replace')
    start = content.find(limit)
    for _ in range(_PARTS):
        if start < 0:
            break
        start += len(limit)
        end = content.find(b'\r\n' + limit, start)
        stop = content.find(b'\r\n\r\n', start, start + _HEAD)
        if start <= stop < end and _is_named(content[start:stop]):
            return bytes(content[stop + 4:end])
        start = content.find(limit, end) if end >= 0 else -1
    raise Refused(400, f'the form has no field {_FIELD!r}')


def _head(lines: bytes) -> Message:
    return BytesHeaderParser().parsebytes(lines)


def _is_named(lines: bytes | bytearray) -> bool:
    """Whether the head of a part, from the end of its boundary on, says that it is the image."""
    return _head(bytes(lines).strip()).get_param('name', header='content-disposition') == _FIELD
