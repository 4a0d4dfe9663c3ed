"""The server: ``mmseg serve``."""

import argparse
import socket
from pathlib import Path

from mmseg.cli import add_model_arguments, load_model, model_in

_PIXELS = 1 << 24
_QUEUE = 256
_BATCH = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the tool."""
    parser.add_argument('paths', nargs='+', metavar='[CONFIG] CHECKPOINT',
                        help='path or name of a config (may be left out where the checkpoint holds one), and path or '
                             'address of the weights (zoo: those that were published)')
    parser.add_argument('--host', default='127.0.0.1',
                        help='where to listen (default: %(default)s, this machine only; 0.0.0.0: everybody)')
    parser.add_argument('--port', type=int, default=8000, help='(default: %(default)s; 0: any that is free)')
    parser.add_argument('--max-pixels', type=int, default=_PIXELS, metavar='N',
                        help='of an image; larger ones are refused unread (default: %(default)s)')
    parser.add_argument('--max-queue', type=int, default=_QUEUE, metavar='N',
                        help='requests under way; more are told to come back (default: %(default)s)')
    parser.add_argument('--batch-size', type=int, default=_BATCH, metavar='N',
                        help='images that are predicted at once, if so many wait (default: %(default)s)')
    add_model_arguments(parser)


def main(args: argparse.Namespace) -> None:
    """Load the model, and answer requests until SIGTERM or Ctrl-C.

    Raises:
        ValueError: an argument that means nothing, a package that is missing, or an address that is taken.
    """
    given, more = model_in(args.paths)
    if more:
        raise ValueError(f'give [CONFIG] CHECKPOINT, and nothing more: {more[0]}')
    for name, number in (('max-pixels', args.max_pixels), ('max-queue', args.max_queue)):
        if number < 1:
            raise ValueError(f'--{name} {number}: at least 1 is needed')
    if not 0 <= args.port < 1 << 16:  # the system takes what is left beyond that
        raise ValueError(f'--port {args.port}: has to be in [0, 65535]')
    try:
        from .application import Service
        from .server import serve
    except ImportError as error:
        raise ValueError(f'a server needs packages: pip install starlette uvicorn ({error})') from error
    from mmseg.inference import Classes, Predictor

    from .uploads import Limits

    listening = _listen(args.host, args.port)
    model = load_model(given, args)
    predictor = Predictor(model, args.batch_size)
    service = Service(predictor, Classes.of(model, predictor.num_classes), Limits(args.max_pixels, args.max_queue),
                      Path(given.config or given.checkpoint).stem)
    host, port = listening.getsockname()[:2]
    print(f'http://{f"[{host}]" if ":" in host else host}:{port} (Ctrl-C ends it)', flush=True)
    serve(service, listening)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f'--host {host} --port {port}: {reason}') from error
