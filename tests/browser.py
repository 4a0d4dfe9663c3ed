"""A headless Chromium for the tests of pages, spoken to over a pipe: nothing but Python's own library."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VARIABLE = 'TEST_BROWSER'
_NAMES = ('chromium', 'chromium-browser', 'chrome-headless-shell', 'google-chrome', 'google-chrome-stable')
_OPTIONS = ('--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run',
            '--disable-extensions', '--disable-dev-shm-usage', '--remote-debugging-pipe', '--force-color-profile=srgb')
_CODES = {'Tab': 9, 'Enter': 13, ' ': 32, 'End': 35, 'Home': 36, 'ArrowLeft': 37, 'ArrowUp': 38, 'ArrowRight': 39,
          'ArrowDown': 40}
_PATIENCE = 60  # seconds for an answer

#: What is wider than the window although nothing scrolls it: [tag, id, class, right edge].
_OVERFLOW = """
(() => {
  const wide = document.documentElement.clientWidth + 1;
  const scrolled = one => one && (one.scrollWidth > one.clientWidth && getComputedStyle(one).overflowX !== 'visible'
    || scrolled(one.parentElement));
  return [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && box.right > wide && !scrolled(one.parentElement);
  }).map(one => [one.tagName, one.id, one.className, box_of(one)]);
  function box_of(one) { return Math.round(one.getBoundingClientRect().right); }
})()
"""

#: Texts whose contrast with what they stand on is less than WCAG 2 asks for, 4.5 to 1.
_FAINT = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const seen = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = rgb => rgb.slice(0, 3).map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = one => {
    const own = seen(getComputedStyle(one).backgroundColor);
    return own[3] === 1 || !one.parentElement ? own : over(own, ground(one.parentElement));
  };
  const bad = [];
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.getClientRects().length || one.closest('script, style')) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(seen(one.closest('svg') ? style.fill : style.color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push([one.tagName, one.className.toString(), one.textContent.slice(0, 30), ratio]);
  }
  return bad;
})()
"""


def find_browser() -> str:
    """The path of a Chromium; skips the test where there is none."""
    for name in filter(None, (os.environ.get(VARIABLE), *_NAMES)):
        if path := shutil.which(name):
            return path
    pytest.skip(f'needs a Chromium: {", ".join(_NAMES)} on the PATH, or its path in {VARIABLE}')


class Page:
    """One page in the browser.

    Attributes:
        messages: what it has written to its console, and exceptions that nobody caught.
        requests: the addresses that it has asked for.
    """

    def __init__(self, browser: '_Browser') -> None:
        self._browser = browser
        target = browser.call('Target.createTarget', url='about:blank')['targetId']
        self._session = browser.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        self.messages: list[str] = []
        self.requests: list[str] = []
        browser.listen(self._session, self._hear)
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.call(f'{domain}.enable')

    def call(self, method: str, **params: object) -> dict:
        """A command of the DevTools protocol."""
        return self._browser.call(method, self._session, **params)

    def _hear(self, method: str, params: dict) -> None:
        if method == 'Runtime.consoleAPICalled':
            self.messages.append(f'{params["type"]}: {[one.get("value") for one in params["args"]]}')
        elif method == 'Runtime.exceptionThrown':
            details = params['exceptionDetails']
            self.messages.append(f'exception: {details.get("exception", {}).get("description", details["text"])}')
        elif method == 'Log.entryAdded':
            self.messages.append(f'{params["entry"]["level"]}: {params["entry"]["text"]}')
        elif method == 'Network.requestWillBeSent':
            self.requests.append(params['request']['url'])

    def show(self, width: int, height: int = 900, dark: bool = False) -> None:
        """Set the size of the window in CSS pixels, and light or dark."""
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}
        self.call('Emulation.setEmulatedMedia', features=[scheme])

    def open(self, address: str | Path) -> None:
        """Load a file or an address, and wait until all of it is there."""
        self.call('Page.navigate', url=address.as_uri() if isinstance(address, Path) else address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def evaluate(self, script: str) -> object:
        """The value of an expression on the page, as JSON has it; promises are waited for."""
        done = self.call('Runtime.evaluate', expression=script, returnByValue=True, awaitPromise=True)
        assert 'exceptionDetails' not in done, done
        return done['result'].get('value')

    def wait(self, condition: str) -> None:
        """Until an expression is true."""
        end = time.monotonic() + _PATIENCE
        while not self.evaluate(condition):
            assert time.monotonic() < end, f'never came true: {condition}'
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """A key of the keyboard, 'Tab' or 'ArrowDown' or 'Enter', on whatever has the focus."""
        more = {'text': '\r'} if key == 'Enter' else {'text': ' '} if key == ' ' else {}
        for kind in ('keyDown', 'keyUp'):
            self.call('Input.dispatchKeyEvent', type=kind, key=key, windowsVirtualKeyCode=_CODES[key], **more)

    def overflowing(self) -> list:
        """What stands out of the window to the right."""
        return self.evaluate(_OVERFLOW)

    def faint(self) -> list:
        """Texts that are hard to read on their ground."""
        return self.evaluate(_FAINT)

    def look_through(self, file: Path) -> None:
        """Fail unless the page is quiet, asks for nothing but its file, and fits and is legible at any size."""
        assert [one for one in self.requests if not one.startswith('data:')] == [file.as_uri()]
        self.look_at_all_sizes()
        assert self.evaluate('[...document.images].filter(one => !one.naturalWidth || !one.alt).length') == 0

    def look_at_all_sizes(self) -> None:
        """Fail unless the page fits and is legible on a phone, a tablet and a desk, light and dark, and is quiet."""
        for width in (360, 768, 1280):
            for dark in (False, True):
                self.show(width, dark=dark)
                assert self.overflowing() == [], (width, dark)
                assert self.faint() == [], (width, dark)
        assert self.messages == []


class _Browser:
    """The process, and the pipe to it: JSON with a zero byte after each message."""

    def __init__(self, path: str, home: str) -> None:
        (heard, self._to), (self._from, told) = os.pipe(), os.pipe()
        heard, told = _moved(heard), _moved(told)
        both = tempfile.TemporaryFile()  # noqa: SIM115
        start = f'import os, sys; os.dup2({heard}, 3); os.dup2({told}, 4); os.execv(sys.argv[1], sys.argv[1:])'
        self._process = subprocess.Popen(
            [sys.executable, '-c', start, path, *_OPTIONS, f'--user-data-dir={home}', 'about:blank'],
            pass_fds=(heard, told), stdin=subprocess.DEVNULL, stdout=both, stderr=both)
        self._output = both
        os.close(heard)
        os.close(told)
        self._rest = b''
        self._count = 0
        self._listeners: dict[str, Callable[[str, dict], None]] = {}

    def listen(self, session: str, hear: Callable[[str, dict], None]) -> None:
        self._listeners[session] = hear

    def call(self, method: str, session: str | None = None, **params: object) -> dict:
        self._count += 1
        message = {'id': self._count, 'method': method, 'params': params}
        os.write(self._to, json.dumps({**message, **({'sessionId': session} if session else {})}).encode() + b'\0')
        while True:
            answer = self._read()
            if answer.get('id') == self._count:
                assert 'error' not in answer, (method, answer['error'])
                return answer['result']
            hear = self._listeners.get(answer.get('sessionId', ''))
            if hear is not None:
                hear(answer['method'], answer['params'])

    def _read(self) -> dict:
        while b'\0' not in self._rest:
            part = os.read(self._from, 1 << 20)
            assert part, f'the browser has ended: {self._said()}'
            self._rest += part
        message, _, self._rest = self._rest.partition(b'\0')
        return json.loads(message)

    def _said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors='replace')[-2000:]

    def close(self) -> None:
        for end in (self._to, self._from):
            os.close(end)
        self._process.terminate()
        self._process.wait(_PATIENCE)
        self._output.close()


def _moved(descriptor: int) -> int:
    """The same file by a number that is neither 3 nor 4, which the browser reads from and writes to."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)
    os.close(descriptor)
    return moved


@contextmanager
def opened() -> Iterator[Page]:
    """A page in a browser of its own, which ends with the block."""
    path = find_browser()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        browser = _Browser(path, home)
        try:
            yield Page(browser)
        finally:
            browser.close()
