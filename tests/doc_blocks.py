"""The command blocks of the documentation, and a checkout in which they run as they are written."""

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from drawn_trees import draw_tree
from PIL import Image
from preloaded import Server

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [ROOT / 'README.md', *(ROOT / 'docs').rglob('*.md')])
LANGUAGES = ('bash', 'python')
#: What no machine of the tests has; any other word of ``<!-- needs: ... -->`` is a module or a program.
ABSENT = {'network': 'the network', 'data': 'a data set that is not here', 'cluster': 'a cluster',
          'rival': 'mmsegmentation 0.30 in a Python of its own', 'quiet': 'a machine that does nothing else'}

_FENCE = re.compile(r'^( *)```([\w-]*)(.*?)\n(.*?)^\1```$', re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r'(?:^ *<!-- \w+: [^>]+ -->\n)+\Z', re.MULTILINE)
_MARK = re.compile(r'<!-- (\w+): (.+?) -->')
_NAME = re.compile(r'# ([\w./-]+\.py)\b')
_COPIED = ('.ci', '.gitignore', 'LICENSE', 'MANIFEST.in', 'README.md', 'configs', 'docs', 'mmcv', 'mmseg',
           'pyproject.toml', 'requirements.txt', 'setup.py', 'tests', 'tools', 'train.sh', 'train_dist.sh')
#: The tests that a block starts are collected, not run, and of them few.
_PYTEST = ' '.join(['--collect-only', *(f'--ignore=tests/{name}' for name in (
    'configs', 'docs', 'emulator', 'integration', 'mmcv', 'mmseg', 'test_zoo_parts.py'))])
_SETTINGS = {'OMP_NUM_THREADS': '1', 'OMP_WAIT_POLICY': 'passive', 'PYTHONDONTWRITEBYTECODE': ''}
_LIMIT = 600  # seconds for a block
#: A reader's own trainings, which need not learn anything here.
_SHORTER = {'--iters 300': '--iters 8', 'max_iters=480': 'max_iters=24', 'interval=60': 'interval=8'}

#: The small PSPNets made smaller still: the commands are the same, and take seconds.
NARROW = """
_base_ = './{name}_full.py'
model = dict(backbone=dict(base_channels=8, stem_channels=8), decode_head=dict(in_channels=64, channels=8),
             auxiliary_head=dict(in_channels=32, channels=8))
runner = dict(max_iters=8)
checkpoint_config = dict(interval=4)
evaluation = dict(interval=4)
report = dict(seconds=1)
data = dict(samples_per_gpu=2, workers_per_gpu=0)
device = 'cpu'
"""
NARROWED = ('pspnet_r18-d8_demo', 'pspnet_r18-d8_360x480_20k_camvid', 'pspnet_r18-d8_512x1024_80k_cityscapes')
FEW = """
few = dict(num_scenes=(6, 3), height=64)
data.update(train=few, val=few, test=few)
"""


class Block(NamedTuple):
    """A fence of a page.

    Attributes:
        page: its path below the checkout.
        line: of the fence, from 1.
        language: what stands behind the fence.
        text: what stands in it.
        marks: {word: the rest} of the comments right before it, ``<!-- needs: network -->``.
    """

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str]


def blocks_of(page: str, text: str) -> Iterator[Block]:
    """All fences of a page, in order."""
    for fence in _FENCE.finditer(text):
        before = _MARKS.search(text[:fence.start()])
        marks = dict(_MARK.findall(before[0])) if before else {}
        inside = '\n'.join(line.removeprefix(fence[1]) for line in fence[4].splitlines())
        yield Block(page, text.count('\n', 0, fence.start()) + 1, fence[2], inside + '\n', marks)


def missing(block: Block) -> str:
    """What a block needs and this machine does not have; '' if nothing."""
    for word in block.marks.get('needs', '').split():
        if word in ABSENT:
            return ABSENT[word]
        if word == 'gpu' and not torch.cuda.is_available():
            return 'a GPU'
        if word != 'gpu' and not shutil.which(word) and not _is_module(word):
            return word
    return ''


def draw_data(folder: Path) -> None:
    """What stands for a reader's own data."""
    for seed, (split, count) in enumerate({'train': 12, 'val': 3}.items()):
        names = [f'{split}_{number}' for number in range(count)]
        for kind in ('mine', 'colours', 'binary'):
            tree = draw_tree(folder / kind, names, image=f'images/{split}/{{}}.jpg', label=f'labels/{split}/{{}}.png',
                             palette=kind == 'colours', classes=2 if kind == 'binary' else 3, seed=seed)
            for index in range(count):
                if kind == 'colours':
                    Image.open(tree.label(index)).convert('RGB').save(tree.label(index))
                elif kind == 'binary':
                    tree.write(index, (tree.read(index) == 1).astype('uint8') * 255)
    draw_tree(folder / 'new', ['street', 'square'], image='{}.png', label='../new_labels/{}.png')
    shutil.rmtree(folder / 'new_labels')


@functools.cache
def extension_is_current() -> bool:
    check = [sys.executable, ROOT / 'mmcv/ops/build.py', '--check']
    return subprocess.run(check, capture_output=True).returncode == 0


def _is_module(name: str) -> bool:
    return name.isidentifier() and find_spec(name) is not None


class Checkout:
    """A copy of the checkout, with the demo made small, for blocks to run in.

    Beside the project it has what the pages call ``data/mine`` (images and labels of three classes), ``data/colours``
    and ``data/binary`` (the same with masks in colours, and of 0 and 255) and ``data/new`` (images).

    Its ``python`` is preloaded, by a server that ends with the one which others are made like.

    Args:
        folder: where it is made.
        like: another one to start from; None copies the files of this project.
    """

    def __init__(self, folder: Path, like: 'Checkout | None' = None) -> None:
        self.folder = folder / 'pspnet'
        self._running: list[subprocess.Popen] = []
        self._server = None
        if like:
            shutil.copytree(like.folder, self.folder)
            return
        self.folder.mkdir(parents=True)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.folder / name, ignore=shutil.ignore_patterns('__pycache__', 'golden'))
            else:
                shutil.copy2(ROOT / name, self.folder)
        for name in NARROWED:
            path = self.folder / f'configs/pspnet/{name}.py'
            path.rename(path.with_stem(f'{name}_full'))
            path.write_text(NARROW.format(name=name) + (FEW if 'demo' in name else ''))
        draw_data(self.folder / 'data')
        (self.folder / '.git').mkdir()  # in repositories alone ruff heeds .gitignore
        self._server = Server({**os.environ, **_SETTINGS})
        self.add_programs(self._server.python)

    def add_programs(self, python: str) -> None:
        (self.folder / '.programs').mkdir()
        for name in ('python', 'python3'):
            (self.folder / '.programs' / name).symlink_to(python)

    def environment(self) -> dict[str, str]:
        programs = str(self.folder / '.programs')
        extension = {} if extension_is_current() else {'MMCV_EXT': 'off'}  # else each page would build it
        return {**os.environ, 'PATH': os.pathsep.join([programs, os.environ['PATH']]), 'PYTHON': f'{programs}/python',
                'PYTHON_EXEC': f'{programs}/python',  # what torchrun starts
                'PYTHONPATH': str(self.folder), 'PYTEST_ADDOPTS': _PYTEST, **_SETTINGS, **extension}

    def run(self, block: Block) -> None:
        """Run a block as a reader does: a script by bash or Python, or a file of the name in its first line."""
        name = _NAME.match(block.text)
        if block.language == 'python' and name:
            path = self.folder / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_shorter(block.text))
        elif 'serves' in block.marks:
            self._serve(block)
        else:
            process = self._start(block, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            said, _ = process.communicate(timeout=_LIMIT)
            self._running.remove(process)
            expected = int(block.marks.get('ends', 0))
            assert process.returncode == expected, f'{block.page}:{block.line}:\n{block.text}\n{said}'

    def _start(self, block: Block, **streams: Any) -> subprocess.Popen:
        process = subprocess.Popen(_command(block), cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                                   start_new_session=True, **streams)
        self._running.append(process)
        return process

    def _serve(self, block: Block) -> None:
        """Start what does not end by itself, and wait until it answers at the address of the mark."""
        server = self._start(block, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + _LIMIT
        while time.monotonic() < end:
            assert server.poll() is None, f'{block.page}:{block.line}: it has ended'
            try:
                urllib.request.urlopen(block.marks['serves'], timeout=_LIMIT).close()
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        pytest.fail(f'{block.page}:{block.line}: no answer')

    def close(self) -> None:
        """End what still runs, with all that it has started, and remove the folder."""
        for process in self._running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(_LIMIT)
        if self._server:
            self._server.close()
        shutil.rmtree(self.folder)


def _shorter(text: str) -> str:
    return re.sub(rf'({"|".join(_SHORTER)})\b', lambda found: _SHORTER[found[0]], text)


def _command(block: Block) -> list[str]:
    text = _shorter(block.text)
    return ['bash', '-euo', 'pipefail', '-c', text] if block.language == 'bash' else ['python', '-c', text]
