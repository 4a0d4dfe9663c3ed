"""What every test gets: the checkout's own packages, a private home folder, fixed seeds, and the golden numbers."""

import functools
import gzip
import json
import logging
import multiprocessing
import os
import random
import runpy
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # another mmcv or mmseg in site-packages must not win
sys.path.append(str(ROOT / 'tests'))  # modules that tests share: zoo

import numpy as np  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402

from mmcv.utils import usable_cores  # noqa: E402

# Caches and dot files that the code under test, or a library below it, writes go here and not to the user's home.
_HOME = tempfile.TemporaryDirectory(prefix='mmcv-tests-')
_CACHES = {'HOME': '', 'XDG_CACHE_HOME': 'cache', 'MMCV_HOME': 'mmcv', 'TORCH_HOME': 'torch', 'MPLCONFIGDIR': 'plots'}

# Processes of the tests are forked from a server that has imported this: what takes the seconds of a start.
_PRELOADED = ['pytest', 'cv2', 'torch', 'torch._dynamo', 'torch.distributed.fsdp', 'mmcv.engine', 'mmseg.cli',
              'mmseg.apis.training', 'mmseg.apis.testing', 'mmseg.datasets.pipelines', 'mmseg.models.segmentors']


def pytest_configure() -> None:
    torch.set_num_threads(min(2, torch.get_num_threads()))
    for name, folder in _CACHES.items():
        os.environ[name] = str(Path(_HOME.name, folder))
    multiprocessing.set_forkserver_preload(_PRELOADED)


def pytest_unconfigure() -> None:
    _HOME.cleanup()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """``-n auto``: one worker per core that this process may use, each of which takes up to 3 GiB.

    By itself xdist knows nothing of a container's share.
    """
    if 'PYTEST_XDIST_AUTO_NUM_WORKERS' in os.environ:
        return None  # xdist takes that
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    return max(1, min(int(usable_cores()), memory // (3 << 30)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object | None:
    """``--dist loadscope``: whole groups to a worker, the largest ones first."""
    if config.getvalue('dist') != 'loadscope':
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):

        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)


def group_of(nodeid: str) -> str:
    """Tests of a group follow each other in one worker.

    Those that run several processes at once are a group, for two of them at a time would starve each other. So is what
    one file tries with one parameter: it may be built once for all of them.
    """
    path, _, test = nodeid.partition('::')
    if runs_processes(path):
        return 'processes'
    return path + test[test.index('['):] if '[' in test else nodeid


@functools.cache
def runs_processes(path: str) -> bool:
    folders = tuple(f'tests/{name}/' for name in ('downstream', 'faults', 'integration'))
    return path.startswith(folders) or 'run_ranks' in Path(ROOT, path).read_text()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if torch.cuda.is_available():
        return
    skip = pytest.mark.skip(reason='needs a CUDA device, and torch sees none')
    for item in items:
        if 'gpu' in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def fixed_seeds():
    """Every test starts from the same random state, whatever ran before it."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    os.environ.pop('PYTHONHASHSEED', None)  # which seeds set for the processes to come


@pytest.fixture
def call_tool(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture) -> Iterator[Callable]:
    """``call_tool('train', config, '--seed', 1, cwd=...)``: what ``python tools/train.py ...`` does, in this process.

    Returns a :class:`subprocess.CompletedProcess`; what an exception would print stands in its ``stderr``.
    """
    monkeypatch.setattr('mmseg.apis.training.collect_env', dict)  # asks compilers, which takes its time
    monkeypatch.setattr(sys, 'path', list(sys.path))

    def call(name: str, *args: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
        path = str(ROOT / 'tools' / f'{name}.py')
        monkeypatch.setattr(sys, 'argv', [path, *map(str, args)])
        if cwd is not None:
            monkeypatch.chdir(cwd)
        capfd.readouterr()
        code = 0
        try:
            runpy.run_path(path, run_name='__main__')
        except SystemExit as stop:
            code = stop.code or 0
        except Exception:
            traceback.print_exc()
            code = 1
        return subprocess.CompletedProcess(sys.argv, code, *capfd.readouterr())

    yield call
    for logger in map(logging.getLogger, ('mmcv', 'mmseg')):
        for handler in logger.handlers[:]:
            if isinstance(handler, logging.FileHandler):  # in the run's work directory
                logger.removeHandler(handler)
                handler.close()


@functools.cache
def _load_json(path):
    opener = gzip.open if path.suffix == '.gz' else open
    with opener(path, 'rt', encoding='utf-8') as file:
        return json.load(file)


@pytest.fixture(scope='session')
def golden():
    """``golden('models') -> (json, npz)`` of tests/golden; a part that has no file is None.

    The json is parsed once and shared: do not alter it. ``npz[name]`` is a fresh array at each access.
    """
    folder = ROOT / 'tests' / 'golden'

    def load(name):
        document = next((path for path in (folder / f'{name}.json', folder / f'{name}.json.gz') if path.exists()), None)
        arrays = folder / f'{name}.npz'
        if document is None and not arrays.exists():
            raise FileNotFoundError(f'tests/golden has no {name}.json, {name}.json.gz or {name}.npz')
        return document and _load_json(document), np.load(arrays) if arrays.exists() else None

    return load
