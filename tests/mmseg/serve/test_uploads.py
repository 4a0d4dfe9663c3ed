"""Bodies of requests: counted while they are held, and given up when they come too slowly."""

import asyncio
import time

import pytest

from mmseg.serve import uploads
from mmseg.serve.answers import Refused
from mmseg.serve.uploads import Gate, Limits, file_in


async def chunks(*parts, wait=0.0):
    for part in parts:
        await asyncio.sleep(wait)
        yield part


async def body(gate, *parts, announced=0, wait=0.0):
    async with gate.admit(chunks(*parts, wait=wait), announced, 7) as content:
        return bytes(content), gate.inside, gate.held


def test_what_is_under_way_is_counted():
    gate = Gate(Limits(1000, 2))
    assert asyncio.run(body(gate, b'ab', b'c')) == (b'abc', 1, 3)
    assert (gate.inside, gate.held) == (0, 0)


def test_a_body_that_comes_too_slowly(monkeypatch):
    monkeypatch.setattr(uploads, '_SECONDS', 0.05)
    gate = Gate(Limits(1000, 2))
    with pytest.raises(Refused) as refused:
        asyncio.run(body(gate, b'a', b'b', wait=0.2))
    assert refused.value.status == 408
    assert (gate.inside, gate.held) == (0, 0)


def test_too_many_and_too_much():
    gate = Gate(Limits(1000, 2))
    gate.inside = 2
    with pytest.raises(Refused) as refused:
        asyncio.run(body(gate, b'a'))
    assert (refused.value.status, refused.value.retry_after) == (503, 7)
    gate.inside, gate.held = 0, 4 * gate.limits.bytes
    with pytest.raises(Refused) as refused:
        asyncio.run(body(gate, b'a'))
    assert (refused.value.status, refused.value.retry_after) == (503, 1)
    assert (gate.inside, gate.held) == (0, 4 * gate.limits.bytes)


@pytest.mark.parametrize('announced', [0, 10**9])
def test_too_large(announced):
    gate = Gate(Limits(1000, 2))
    with pytest.raises(Refused) as refused:
        asyncio.run(body(gate, *[bytes(1 << 20)] * 3, announced=announced))
    assert refused.value.status == 413
    assert gate.held == 0


@pytest.mark.parametrize(('boundary', 'head', 'found'), [
    ('x', b'Content-Disposition: form-data; name="image"; filename="a"\r\nContent-Type: image/png', True),
    ('"x"', b'content-disposition: form-data; filename="a"; name=image', True),
    ('x', b'Content-Disposition: form-data;\r\n name="image"', True),
    ('"x"; charset=utf-8', b'Content-Disposition: form-data; name="image"; filename="\xc3\xa4.png"', True),
    ('x', b'Content-Disposition: form-data; name="images"', False),
    ('x', b'Content-Disposition: form-data; name="file"; filename="a; name=image; b"', False),
    ('x', b'Content-Disposition: form-data; filename="a"', False),
    ('y', b'Content-Disposition: form-data; name="image"', False),
])
def test_the_image_in_a_form(boundary, head, found):
    image = b'\r\n--\r\n\r\n\x00-- x'
    form = bytearray(b'preamble\r\n--x\r\n' + head + b'\r\n\r\n' + image + b'\r\n--x--\r\n')
    headers = {'content-type': f'Multipart/form-data; Boundary={boundary}'}
    if found:
        assert file_in(form, headers) == image
    else:
        with pytest.raises(Refused, match="no field 'image'"):
            file_in(form, headers)
    assert file_in(form, {}) == form


@pytest.mark.parametrize('part', [b'\r\n\r\n\r\n', b'\r\na:b' * 50_000 + b'\r\n\r\n\r\n'])
def test_a_form_of_many_parts_or_long_heads_takes_no_time(part):
    form = bytearray((b'--x' + part) * (10_000_000 // len(part)))
    before = time.process_time()
    with pytest.raises(Refused, match="no field 'image'"):
        file_in(form, {'content-type': 'multipart/form-data; boundary=x'})
    assert time.process_time() - before < 1
