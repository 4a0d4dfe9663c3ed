"""The server: what it answers, what it refuses, and what it survives."""

import concurrent.futures
import contextlib
import http.client
import io
import json
import re
import signal
import socket
import struct
import time
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from mmseg.apis import inference_segmentor, init_segmentor

JSON = {'Accept': 'application/json'}


def at_once(server, bodies, headers=JSON):
    """The answers to requests that are sent at the same time; None where there was no connection any more."""

    def ask(body):
        try:
            return server.ask('POST', '/predict', body, headers)
        except (ConnectionError, http.client.HTTPException):
            return None

    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(ask, bodies))


def test_a_mask(server, checkpoint, png):
    status, headers, body = server.ask('POST', '/predict', png())
    assert (status, headers['Content-Type']) == (200, 'image/png')
    mask = Image.open(io.BytesIO(body))
    assert mask.mode == 'P'
    assert mask.getpalette()[3:6] == [20, 254, 7]
    model = init_segmentor(checkpoint.replace('.pth', '.py'), checkpoint, device='cpu')
    image = cv2.imdecode(np.frombuffer(png(), np.uint8), cv2.IMREAD_COLOR)
    assert (np.array(mask) == inference_segmentor(model, image)[0]).mean() > 0.999


@pytest.mark.parametrize('kind', ['body', 'form'])
def test_shares_and_confidence(server, png, kind):
    body, headers = png(), dict(JSON)
    if kind == 'form':
        body = (b'--xyz\r\nContent-Disposition: form-data; name="other"\r\n\r\nimage\r\n--xyz\r\nContent-Disposition: '
                b'form-data; name="image"; filename="a b.png"\r\nContent-Type: image/png\r\n\r\n' + body +
                b'\r\n--xyz--\r\n')
        headers['Content-Type'] = 'multipart/form-data; boundary=xyz'
    status, _, answer = server.ask('POST', '/predict', body, headers)
    found = json.loads(answer)
    assert (status, found['width'], found['height']) == (200, 80, 60)
    assert found.keys() == {'width', 'height', 'classes'}
    mask = np.array(Image.open(io.BytesIO(server.ask('POST', '/predict', png())[2])))
    for one in found['classes']:
        assert one['name'] == f'c{one["index"]}'
        assert one['share'] == pytest.approx((mask == one['index']).mean())
        assert 1 / 11 <= one['confidence'] <= 1
    shares = [one['share'] for one in found['classes']]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_a_photograph_is_turned_upright(server, png):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(io.BytesIO(png(40, 70))).save(file, 'JPEG', exif=exif)
    found = json.loads(server.ask('POST', '/predict', file.getvalue(), JSON)[2])
    assert (found['width'], found['height']) == (40, 70)


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def bomb(side=60_000):
    """A small PNG file of very many pixels."""
    rows = zlib.compress(bytes(10 * (1 + 3 * side)), 9)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', rows) + chunk(b'IEND', b''))


def bomb_of_text():
    """A small image whose comment takes gigabytes."""
    text = zlib.compress(bytes(1 << 28), 9)
    head = b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 4, 4, 8, 2, 0, 0, 0))
    return (head + chunk(b'zTXt', b'a\0\0' + text) + chunk(b'IDAT', zlib.compress(bytes(4 * 13))) + chunk(b'IEND', b''))


@pytest.mark.parametrize(('body', 'status', 'told'), [
    (b'this is text', 415, 'not an image'),
    (b'', 415, 'not an image'),
    (bomb(), 413, '60000 x 60000 pixels'),
    (bytes(50 << 20), 413, 'too large'),
    (b'\x89PNG\r\n\x1a\n' + bytes(100), 415, 'not an image'),
    (chunk(b'a', b'b'), 415, 'not an image'),
])
def test_what_is_refused(server, png, body, status, told):
    before = server.peak
    found, _, answer = server.ask('POST', '/predict', body)
    assert (found, told in json.loads(answer)['error']) == (status, True)
    assert server.peak < before + 80
    assert server.ask('POST', '/predict', png())[0] == 200


def test_a_comment_of_gigabytes(server, png):
    before = server.peak
    assert server.ask('POST', '/predict', bomb_of_text())[0] in (200, 415)
    assert server.peak < before + 80
    assert server.ask('POST', '/predict', png())[0] == 200


def test_an_image_that_is_cut_off(server, png):
    status, _, answer = server.ask('POST', '/predict', png()[:-40])
    assert status == 415
    assert 'cut off' in json.loads(answer)['error']


def test_fifty_megabytes_without_an_announced_length(server, png):
    before = server.peak
    status, _, answer = server.ask('POST', '/predict', iter([bytes(1 << 20)] * 50), {'Transfer-Encoding': 'chunked'})
    assert (status, 'too large' in json.loads(answer)['error']) == (413, True)
    assert server.peak < before + 60
    assert server.metric('mmseg_held_bytes') == 0


def test_a_text_file_named_png(server):
    body = (b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
            b'some text\r\n--b--\r\n')
    status, _, answer = server.ask('POST', '/predict', body, {'Content-Type': 'multipart/form-data; boundary="b"'})
    assert (status, json.loads(answer)['error']) == (415, 'not an image: no image, or of an unknown format')


def test_a_form_without_an_image(server):
    body = b'--b\r\nContent-Disposition: form-data; name="img"\r\n\r\nx\r\n--b--\r\n'
    status, _, answer = server.ask('POST', '/predict', body, {'Content-Type': 'multipart/form-data; boundary=b'})
    assert (status, json.loads(answer)['error']) == (400, "the form has no field 'image'")


@pytest.mark.parametrize(('method', 'address', 'status', 'told'), [
    ('GET', '/predict', 405, 'Method Not Allowed'), ('POST', '/health', 405, 'Method Not Allowed'),
    ('GET', '/nothing', 404, 'Not Found')])
def test_other_addresses_and_methods(server, method, address, status, told):
    found, headers, answer = server.ask(method, address)
    assert (found, json.loads(answer)) == (status, {'error': told})
    assert ('Allow' in headers) == (status == 405)


def test_images_are_counted_that_were_predicted(server, png):
    before = server.metric('mmseg_images_total')
    assert [server.ask('POST', '/predict', body)[0] for body in (png()[:-40], png())] == [415, 200]
    end = time.monotonic() + 5  # an answer may come before it is counted
    while server.metric('mmseg_images_total') == before and time.monotonic() < end:
        time.sleep(0.05)
    assert server.metric('mmseg_images_total') - before == 1


def test_two_hundred_at_once_are_answered_in_batches(server, png):
    images, batches = server.metric('mmseg_images_total'), server.metric('mmseg_batch_seconds_count')
    sizes = [(60, 80), (64, 64), (50, 90)]
    answers = at_once(server, [png(*sizes[number % 3], seed=number) for number in range(200)])
    assert [answer[0] for answer in answers] == [200] * 200
    for number, (_, _, body) in enumerate(answers):
        found = json.loads(body)
        assert (found['height'], found['width']) == sizes[number % 3]
    assert server.metric('mmseg_images_total') - images == 200
    assert server.metric('mmseg_batch_seconds_count') - batches < 100
    assert server.peak < 1500
    assert server.metric('mmseg_under_way') == 0


def test_images_that_wait_are_as_many_pixels_as_one_may_have(server, png):
    batches = server.metric('mmseg_batch_seconds_count')
    assert [answer[0] for answer in at_once(server, [png(600, 900)] * 6)] == [200] * 6
    assert server.metric('mmseg_batch_seconds_count') - batches == 6
    assert server.peak < 1500


def test_closed_connections(server, png):
    """Before the body is complete, and before the answer."""
    whole = png(700, 900)
    head = f'POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: {len(whole)}\r\n\r\n'.encode()
    for sent in (head, head + whole[:1000], head + whole):
        for _ in range(20):
            with socket.create_connection(('127.0.0.1', server.port)) as connection:
                connection.sendall(sent)
    assert server.ask('POST', '/predict', png())[0] == 200
    end = time.monotonic() + 30
    while server.metric('mmseg_under_way') and time.monotonic() < end:
        time.sleep(0.1)
    assert server.metric('mmseg_under_way') == server.metric('mmseg_held_bytes') == 0


def test_a_full_queue(start, png):
    with start('--max-queue', 3, '--batch-size', 1) as server:
        answers = at_once(server, [png(700, 900)] * 40)
        codes = [answer[0] for answer in answers]
        assert set(codes) == {200, 503}
        refused = [headers for code, headers, _ in answers if code == 503]
        assert all(int(headers['Retry-After']) >= 1 for headers in refused)
        assert server.ask('POST', '/predict', png())[0] == 200


def test_sigterm_with_requests_under_way(start, png):
    with start('--batch-size', 2) as server, concurrent.futures.ThreadPoolExecutor(1) as pool:
        answers = pool.submit(at_once, server, [png(200, 300, seed=number) for number in range(40)])
        while server.metric('mmseg_images_total') < 2:
            time.sleep(0.01)
        before, inside = time.monotonic(), server.metric('mmseg_under_way')
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        assert time.monotonic() - before < 30
        codes = [answer and answer[0] for answer in answers.result()]
        assert set(codes) <= {200, 503, None}
        assert codes.count(200) >= 2
        assert len(codes) - codes.count(None) >= inside > 0


def test_the_page_asks_nothing_of_others(server):
    status, headers, body = server.ask('GET', '/')
    page = body.decode()
    assert (status, headers['Content-Type']) == (200, 'text/html; charset=utf-8')
    assert "default-src 'none'" in headers['Content-Security-Policy']
    assert not re.search(r'(src|href)="(?!data:)[^"]', page)
    assert '//' not in re.sub(r'(?m)^.*DOCTYPE.*$', '', page)
    assert '{{' not in page
    assert 'c0, c1, c2' in page
    assert server.ask('GET', '/health')[0] == 200


def test_what_cannot_be_served(call_tool, checkpoint):
    pytest.importorskip('starlette', reason='starlette is not installed (pip install starlette uvicorn)')
    with contextlib.closing(socket.create_server(('127.0.0.1', 0))) as taken:
        port = taken.getsockname()[1]
        for arguments, told in (([checkpoint, '--port', port], 'Address already in use'), (['a.py'], 'no checkpoint'),
                                ([checkpoint, 'b.png'], 'nothing more: b.png'),
                                ([checkpoint, '--max-pixels', 0], '--max-pixels 0'),
                                ([checkpoint, '--port', 65536], '--port 65536')):
            done = call_tool('serve', *arguments)
            assert (done.returncode, told in done.stderr) == (2, True), done.stderr
