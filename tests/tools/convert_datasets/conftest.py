"""Runs converters in this process, and draws the trees they read."""

import io
import runpy
import sys
import tarfile
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPTS = Path(__file__).resolve().parents[3] / 'tools' / 'convert_datasets'


@pytest.fixture
def scripts():
    """The folder of the converters."""

    return SCRIPTS


@pytest.fixture
def convert(scripts, monkeypatch, capsys):
    """``convert('camvid', *argv) -> (exit code, stdout, stderr)``."""

    def run(name, *argv, nproc=1):
        monkeypatch.setattr(sys, 'argv', [name, *map(str, argv), f'--nproc={nproc}'])
        code = 0
        try:
            runpy.run_path(str(scripts / f'{name}.py'), run_name='__main__')
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


class Draw:
    """Random images and the files that hold them; arrays are RGB or labels."""

    def __init__(self):
        self.rng = np.random.default_rng(5)

    def photo(self, height, width):
        return self.rng.integers(0, 256, (height, width, 3), np.uint8)

    def labels(self, height, width, values):
        return self.rng.choice(np.asarray(values, np.uint8), (height, width))

    @staticmethod
    def encode(array, suffix='.png'):
        buffer = io.BytesIO()
        Image.fromarray(array).save(buffer, Image.registered_extensions()[suffix.lower()])
        return buffer.getvalue()

    def files(self, root, files):
        """Write a dict of path -> array or bytes below ``root``."""
        for name, content in files.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else self.encode(content, path.suffix))

    def zip(self, path, files):
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, 'w') as archive:
            for name, content in files.items():
                archive.writestr(name, content if isinstance(content, bytes) else self.encode(content, name[-4:]))
        return path

    @staticmethod
    def tar(path, files):
        with tarfile.open(path, 'w') as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return path


@pytest.fixture
def draw():
    return Draw()


@pytest.fixture
def read():
    """A file as an array; of a palette image the indices."""
    return lambda path: np.asarray(Image.open(path))


@pytest.fixture
def tree():
    """The files below a folder, as sorted posix paths."""
    return lambda root: sorted(path.relative_to(root).as_posix() for path in Path(root).rglob('*') if path.is_file())


@pytest.fixture
def savemat(monkeypatch):
    """``savemat(path, variables)``: by scipy, or, where there is none, by a stand-in that reads back the same."""
    try:
        from scipy.io import savemat
        return savemat
    except ImportError:
        pass
    io_module = types.ModuleType('scipy.io')
    io_module.loadmat = lambda file: dict(np.load(file, allow_pickle=True))
    monkeypatch.setitem(sys.modules, 'scipy', types.ModuleType('scipy'))
    monkeypatch.setitem(sys.modules, 'scipy.io', io_module)

    def save(path, variables):
        packed = {}
        for name, value in variables.items():
            if isinstance(value, dict):  # a struct: (1, 1), with its fields as objects
                packed[name] = np.empty((1, 1), [(field, object) for field in value])
                packed[name][0, 0] = tuple(value.values())
            else:
                packed[name] = value
        with open(path, 'wb') as file:
            np.savez(file, **packed)

    return save
