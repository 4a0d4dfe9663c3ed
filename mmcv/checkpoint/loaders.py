"""How the content of a checkpoint is had, by the beginning of its name; projects may add ways of their own."""

import logging
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from mmcv.fileio import FileClient, download

from .errors import CheckpointError
from .files import Location, read_checkpoint
from .source import KNOWN_PROTOCOLS, resolve

Loader = Callable[..., Any]


class CheckpointLoader:
    """Reads checkpoints through the loader whose prefix, a regular expression, is the longest that fits the name."""

    _schemes: ClassVar[dict[str, Loader]] = {}

    @classmethod
    def register_scheme(
        cls, prefixes: str | Sequence[str], loader: Loader | None = None, force: bool = False,
    ) -> Callable[[Loader], Loader] | None:
        """Add a loader; without ``loader`` a decorator that does so.

        Args:
            prefixes: the beginning of the names that it is meant for, such as ``'s3://'``, or several.
            loader: ``f(filename, map_location) -> content``.
            force: take the place of one that is there.

        Raises:
            KeyError: there is one for a prefix.
        """
        if loader is None:
            return lambda loader: cls.register_scheme(prefixes, loader, force) or loader
        for prefix in [prefixes] if isinstance(prefixes, str) else prefixes:
            if prefix in cls._schemes and not force:
                raise KeyError(f'{prefix} has a loader of checkpoints already: force=True replaces it')
            cls._schemes[prefix] = loader
        cls._schemes = dict(sorted(cls._schemes.items(), reverse=True))
        return None

    @classmethod
    def _get_checkpoint_loader(cls, path: str) -> Loader:
        return next(loader for prefix, loader in cls._schemes.items() if re.match(prefix, path))

    @classmethod
    def load_checkpoint(
        cls, filename: str | Path, map_location: Location = None, logger: logging.Logger | None = None,
    ) -> Any:
        """The content of a checkpoint, wherever it lies.

        Args:
            filename, map_location: as for :func:`~mmcv.checkpoint.load_checkpoint`.
            logger: without effect; old callers give one.
        """
        return cls._get_checkpoint_loader(str(filename))(str(filename), map_location)


@CheckpointLoader.register_scheme('')
def load_from_local(filename: str, map_location: Location = None) -> Any:
    """The content of a file on this machine, or in a storage that :class:`mmcv.fileio.FileClient` reaches.

    Raises:
        CheckpointError: there is none, or no such storage; it is damaged.
    """
    prefix = FileClient.parse_uri_prefix(filename)
    if prefix is None:
        return read_checkpoint(resolve(filename), map_location)
    try:
        client = FileClient(prefix=prefix)
    except ValueError as error:
        raise CheckpointError(f'{filename}: {error}; give a path, {", ".join(KNOWN_PROTOCOLS)}') from error
    with client.get_local_path(filename) as path:
        return read_checkpoint(path, map_location)


@CheckpointLoader.register_scheme(KNOWN_PROTOCOLS)
def load_from_http(filename: str, map_location: Location = None) -> Any:
    """The content of a file behind http(s), or of one that a catalogue names; fetched into the cache once."""
    return read_checkpoint(resolve(filename), map_location)


@CheckpointLoader.register_scheme('pavi://')
def load_from_pavi(filename: str, map_location: Location = None) -> Any:
    """The content of a file that the ``pavi`` package fetches.

    Raises:
        CheckpointError: the name is none of pavi's, or the package is not installed.
    """
    if not filename.startswith('pavi://'):
        raise CheckpointError(f'{filename}: what pavi fetches begins with pavi://')
    try:
        from pavi import modelcloud
    except ImportError:
        raise CheckpointError(f'{filename}: the package pavi is not installed; give a path') from None
    model = modelcloud.get(filename.removeprefix('pavi://'))
    with tempfile.TemporaryDirectory() as folder:
        model.download(Path(folder, model.name))
        return read_checkpoint(Path(folder, model.name), map_location)


def load_url_dist(url: str, model_dir: str | None = None, map_location: Location = 'cpu') -> Any:
    """The content of a file behind http(s), which one process per machine fetches while the others wait.

    Args:
        url: an http(s) address.
        model_dir: where to keep it; None is the cache.
        map_location: as for ``torch.load``.
    """
    return read_checkpoint(download(url, model_dir), map_location)
