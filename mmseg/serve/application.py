"""The addresses of the server."""

import asyncio
import time

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from mmseg.inference import Classes, Predictor

from .answers import Refused, Seen, the_end, wants_document
from .batches import Batches
from .metrics import Metrics
from .page import page_of
from .uploads import Gate, Limits, file_in

_GONE = 499  # of nginx: the client did not wait for the answer
_HEADERS = {
    'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                               "img-src blob: data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'"}


class Service:
    """Answers requests with what a model sees. Nothing of them is kept.

    Args:
        predictor: predicts; its batch size is the largest of a batch.
        classes: of the model.
        limits: how much is taken at once.
        title: of the page.

    Attributes:
        batches: what waits.
        app: for an ASGI server.
    """

    def __init__(self, predictor: Predictor, classes: Classes, limits: Limits, title: str) -> None:
        self._classes = classes
        self._gate, self._metrics = Gate(limits), Metrics()
        self.batches = Batches(predictor, limits.pixels, self._metrics.batch)
        self._page = page_of(title, classes, limits.pixels)
        self.app = Starlette(routes=[
            Route('/', self._show_page), Route('/predict', self._predict, methods=['POST']),
            Route('/health', self._health), Route('/metrics', self._show_metrics)],
            exception_handlers={HTTPException: _no_such})

    async def _show_page(self, request: Request) -> Response:
        return HTMLResponse(self._page, headers=_HEADERS)

    async def _health(self, request: Request) -> Response:
        return JSONResponse({'status': 'ok'}, headers=_HEADERS)

    async def _show_metrics(self, request: Request) -> Response:
        return PlainTextResponse(self._metrics.text({
            'mmseg_waiting': ('requests that wait for a batch', len(self.batches)),
            'mmseg_under_way': ('requests that are not answered yet', self._gate.inside),
            'mmseg_held_bytes': ('bytes of their images', self._gate.held)}),
            headers=_HEADERS, media_type='text/plain; version=0.0.4')

    async def _predict(self, request: Request) -> Response:
        """Predict the image in the body, and count the answer."""
        before = time.monotonic()
        try:
            response = await self._answer(request)
        except Refused as refused:
            response = _refusal(refused)
        except asyncio.CancelledError:  # by the server, which has waited for the body as long as it may
            response = _refusal(the_end())
        except ClientDisconnect:
            response = Response(status_code=_GONE)
        self._metrics.request(response.status_code, time.monotonic() - before)
        return response

    async def _answer(self, request: Request) -> Response:
        length = request.headers.get('content-length', '')
        announced = int(length) if length.isdecimal() else 0
        async with self._gate.admit(request.stream(), announced, self.batches.expected_wait) as body:
            content = file_in(body, request.headers)
            pixels = await asyncio.to_thread(self._gate.check_header, content)
            seen = await _unless_gone(request, self.batches.put(content, pixels))
        return await asyncio.to_thread(self._respond, request, seen)

    def _respond(self, request: Request, seen: Seen) -> Response:
        if wants_document(','.join(request.headers.getlist('accept'))):
            pictures = 'pictures' in request.query_params
            return JSONResponse(seen.as_document(self._classes, pictures), headers=_HEADERS)
        return Response(seen.as_png(self._classes), media_type='image/png', headers=_HEADERS)


def _refusal(refused: Refused) -> Response:
    headers = {} if refused.retry_after is None else {'Retry-After': str(refused.retry_after)}
    return JSONResponse({'error': refused.message}, refused.status, {**_HEADERS, **headers})


async def _no_such(request: Request, error: HTTPException) -> Response:
    """Another address, or another method: told as other errors are."""
    return JSONResponse({'error': error.detail}, error.status_code, {**_HEADERS, **(error.headers or {})})


async def _unless_gone(request: Request, answer: asyncio.Future) -> Seen:
    """Wait for an answer, unless the client has closed the connection.

    Raises:
        Refused: that is the answer.
        ClientDisconnect: nobody waits for it any more.
    """
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ClientDisconnect
        if isinstance(answer.result(), Refused):
            raise answer.result()
        return answer.result()
    finally:
        answer.cancel()
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())['type'] != 'http.disconnect':
        pass
