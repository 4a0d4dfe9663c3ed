"""What the application does that takes a server half a minute to show."""

import asyncio
import types

import pytest


def test_a_body_that_has_not_arrived_when_the_server_ends():
    pytest.importorskip('starlette', reason='starlette is not installed (pip install starlette)')
    from mmseg.inference import Classes
    from mmseg.serve.application import Service
    from mmseg.serve.uploads import Limits

    predictor = types.SimpleNamespace(batch_size=1)
    service = Service(predictor, Classes(['a', 'b'], [[0, 0, 0], [1, 1, 1]]), Limits(100, 2), 'a model')
    scope = {'type': 'http', 'method': 'POST', 'path': '/predict', 'headers': [], 'query_string': b''}
    sent = []

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    async def end():
        request = asyncio.create_task(service.app(scope, receive, send))
        await asyncio.sleep(0.05)
        request.cancel()
        await request

    asyncio.run(end())
    assert sent[0]['status'] == 503
    assert (b'retry-after', b'10') in sent[0]['headers']
    assert b'the server is ending' in sent[1]['body']
    assert service.batches.expected_wait == 1
