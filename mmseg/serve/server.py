"""The server process: it listens until a signal comes, and answers then what is under way."""

import signal
import socket
import sys
from types import FrameType

import uvicorn

from .application import Service

# Seconds after a signal: from the first on, what still waits is told to come back; after the second nothing is left.
_NO_MORE, _END = 20, 25


class _Server(uvicorn.Server):

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.batches.end_within(_NO_MORE)
        super().handle_exit(sig, frame)


def serve(service: Service, listening: socket.socket) -> None:
    """Answer requests until SIGTERM or Ctrl-C.

    Args:
        service: answers them.
        listening: takes connections.

    Raises:
        SystemExit: with 0, after SIGTERM.
    """
    config = uvicorn.Config(
        service.app, log_level='warning', access_log=False, server_header=False, lifespan='off',
        timeout_graceful_shutdown=_END, timeout_keep_alive=5)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again when it has ended
    _Server(config, service).run(sockets=[listening])
