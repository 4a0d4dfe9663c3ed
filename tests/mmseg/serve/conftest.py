"""Servers in processes of their own."""

import contextlib
import http.client
import os
import signal
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
import short_sighted
from preloaded import preloaded_python

from mmseg.assembly.load import load_config

ROOT = Path(__file__).resolve().parents[3]


class Server:
    """A server that runs."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def ask(self, method, path, body=None, headers=None, timeout=120):
        """(status, headers, body)."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {}, encode_chunked='Transfer-Encoding' in (headers or {}))
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def metric(self, name):
        """The value of a line of /metrics."""
        text = self.ask('GET', '/metrics')[2].decode()
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f'{name} '))

    @property
    def peak(self):
        """The most memory that it ever had, in MiB."""
        status = Path(f'/proc/{self.process.pid}/status').read_text()
        return int(status.partition('VmHWM:')[2].split()[0]) / 1024


@pytest.fixture(scope='session')
def checkpoint(tmp_path_factory):
    cfg = load_config('pspnet_r18-d8_360x480_20k_camvid', short_sighted.SHORT_SIGHTED)
    return short_sighted.save(cfg, tmp_path_factory.mktemp('served'))[1]


@contextlib.contextmanager
def running(checkpoint, *arguments):
    pytest.importorskip('starlette', reason='starlette is not installed (pip install starlette uvicorn)')
    pytest.importorskip('uvicorn', reason='uvicorn is not installed (pip install starlette uvicorn)')
    command = [preloaded_python(), 'tools/serve.py', checkpoint, '--port', '0', '--device', 'cpu', *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, 'OMP_NUM_THREADS': '1'})
    try:
        address = process.stdout.readline()
        assert address.startswith('http://127.0.0.1:'), 'the server did not start'
        yield Server(process, int(address.split()[0].rpartition(':')[2]))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
        process.stdout.close()


@pytest.fixture(scope='session')
def server(checkpoint):
    """One for all tests that do not end it; it takes images of up to a megapixel."""
    with running(checkpoint, '--max-pixels', 1_000_000) as server:
        yield server


@pytest.fixture
def start(checkpoint):
    """``with start(*arguments) as server``."""
    return lambda *arguments: running(checkpoint, *arguments)


@pytest.fixture(scope='session')
def png():
    """``png(height, width)``: the bytes of an image."""

    def encode(height=60, width=80, seed=0):
        small = np.random.default_rng(seed).integers(0, 256, (height // 8 + 2, width // 8 + 2, 3), np.uint8)
        return cv2.imencode('.png', cv2.resize(small, (width, height)))[1].tobytes()

    return encode

