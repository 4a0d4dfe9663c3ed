"""Weights on the Hugging Face hub: ``hf://ORG/REPO[@REVISION]/FILE``, and ``timm://NAME``, whose names lead there."""

import contextlib
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from mmcv.fileio.download import DownloadError
from mmcv.utils import did_you_mean, one_line

from .errors import CheckpointError

_NAME = re.compile(r'(?P<repo>\w[\w.-]*/\w[\w.-]*)(?:@(?P<revision>[^/]+))?/(?P<file>.+)')
_ADVICE = 'give the path of a copy, or leave the weights out (pretrained=None) to start without them'

#: What the library logs to before it waits and tries again, and the errors, of whichever version, of no network.
_REPEATS = 'huggingface_hub.utils._http'
_NO_CONNECTION = ('ConnectError', 'ConnectTimeout', 'ConnectionError', 'ProxyError')


class HubFile(NamedTuple):
    """A file in a repository of the hub, which ``huggingface-hub`` fetches, resumes and keeps.

    Attributes:
        repo: 'ORG/NAME'.
        name: path in the repository.
        revision: a branch, tag or commit; None is the main branch.
    """

    repo: str
    name: str
    revision: str | None = None

    @property
    def address(self) -> str:
        """Where it lies."""
        return _hub(self).hf_hub_url(self.repo, self.name, revision=self.revision)

    def kept(self) -> Path | None:
        """The copy on this machine; None if there is none."""
        found = _hub(self).try_to_load_from_cache(self.repo, self.name, revision=self.revision)
        return Path(found) if isinstance(found, str) else None

    def fetch(self) -> Path:
        """The copy on this machine, fetched once.

        Raises:
            DownloadError: there is no network, no such file, or no right to have it.
        """
        kept = self.kept()
        if kept is not None:
            return kept
        try:
            with one_error():
                return Path(_hub(self).hf_hub_download(self.repo, self.name, revision=self.revision))
        except (OSError, ValueError) as error:  # of the hub's own errors each is one of these
            raise DownloadError(f'{self}: cannot download: {one_line(error)}; {_ADVICE}') from error

    def __str__(self) -> str:
        return f'hf://{self.repo}{"@" + self.revision if self.revision else ""}/{self.name}'


def file_on_hub(name: str) -> HubFile:
    """``ORG/REPO[@REVISION]/FILE`` as a file of the hub.

    Raises:
        CheckpointError: it is written otherwise.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise CheckpointError(f'hf://{name}: write hf://ORG/REPO/FILE or hf://ORG/REPO@REVISION/FILE')
    return HubFile(found['repo'], found['file'], found['revision'])


def file_of_timm(name: str) -> HubFile | str:
    """The file of the weights that timm has for a name, in timm's layout.

    Args:
        name: ``resnet50``, or with the recipe ``resnet50.a1_in1k``.

    Raises:
        CheckpointError: timm is not installed, or has no weights of this name.
    """
    try:
        from timm import list_pretrained
        from timm.models import get_pretrained_cfg
    except ImportError:
        raise CheckpointError(f'timm://{name}: needs a package: pip install timm') from None
    try:
        config = get_pretrained_cfg(name)
    except RuntimeError:  # another recipe of a network that it knows
        config = None
    if config is not None and config.hf_hub_id:
        return HubFile(config.hf_hub_id, config.hf_hub_filename or 'model.safetensors')
    if config is not None and config.url:
        return config.url
    near = did_you_mean(name, {known for full in list_pretrained() for known in (full, full.partition('.')[0])})
    raise CheckpointError(f'timm://{name}: timm has no such weights{near}')


@contextlib.contextmanager
def one_error() -> Iterator[None]:
    """While something is fetched from the hub: what fails is one error, and at once where there is no network.

    The library would try six times in half a minute, and log two lines for each.
    """
    logger, repeats = logging.getLogger('huggingface_hub'), logging.getLogger(_REPEATS)
    kept = logger.level, repeats.level, repeats.propagate
    handler = _NoRepeats()
    logger.setLevel(logging.ERROR)
    repeats.setLevel(logging.WARNING)
    repeats.propagate = False
    repeats.addHandler(handler)
    try:
        yield
    finally:
        repeats.removeHandler(handler)
        logger.setLevel(kept[0])
        repeats.setLevel(kept[1])
        repeats.propagate = kept[2]


class _NoRepeats(logging.Handler):
    """Raises in the place of waiting for the next attempt; an answer that is no good may be better then."""

    def emit(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if any(kind.__name__ in _NO_CONNECTION for kind in type(error).__mro__):
            raise DownloadError(f'no connection to the hub: {one_line(error)}') from error


def _hub(file: HubFile) -> ModuleType:
    try:
        import huggingface_hub
    except ImportError:
        raise CheckpointError(f'{file}: needs a package: pip install huggingface-hub') from None
    return huggingface_hub
