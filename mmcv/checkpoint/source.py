"""From the name of a checkpoint to a file on this machine."""

from pathlib import Path

from mmcv.fileio import cache_home, download, kept_at, load
from mmcv.utils import did_you_mean

from .catalogues import OPEN_MMLAB, OPEN_MMLAB_ALIASES, OPEN_MMLAB_ROOT, TORCHVISION, TORCHVISION_ROOT
from .errors import CheckpointError


def resolve(name: str | Path) -> Path:
    """The local file of a checkpoint, fetched into the cache where needed.

    Args:
        name: a path, an http(s) address, ``torchvision://resnet50`` (or ``torchvision://resnet50.IMAGENET1K_V2``), or
            ``open-mmlab://resnet50_v1c``.

    Raises:
        CheckpointError: an unknown name or kind of address.
        DownloadError: the file could not be fetched; the message says how to go on without it.
    """
    place = _place(name)
    if isinstance(place, Path):
        return place
    return download(place, advice=f'to use a copy, put it into {cache_home() / "checkpoints"}; '
                                  'if a model starts from it, --cfg-options model.pretrained=None goes on without it')


def local_or_address(name: str | Path) -> Path | str:
    """The local file of a checkpoint, where it is one or lies in the cache, else the address that it is fetched from.

    Raises:
        CheckpointError: an unknown name or kind of address.
    """
    place = _place(name)
    if isinstance(place, Path):
        return place
    cached = kept_at(place)
    return cached if cached.exists() else place


def _place(name: str | Path) -> Path | str:
    """A path, or an http(s) address."""
    protocol, separator, rest = str(name).partition('://')
    if not separator:
        return Path(name).expanduser()
    if protocol in ('http', 'https'):
        return str(name)
    if protocol in CATALOGUES:
        return CATALOGUES[protocol](rest)
    raise CheckpointError(f'{name}: {protocol}:// is unknown; give a path, {", ".join(KNOWN_PROTOCOLS)}')


def _torchvision_url(name: str) -> str:
    if name in TORCHVISION:
        return TORCHVISION_ROOT + TORCHVISION[name]
    model, _, recipe = name.partition('.')
    try:
        from torchvision import models
    except ImportError:
        raise CheckpointError(f'torchvision://{name}: only the ResNets are known without torchvision; install it or '
                              'give the address of the file') from None
    try:
        return models.get_model_weights(model)[recipe or 'IMAGENET1K_V1'].url
    except (ValueError, KeyError):
        near = did_you_mean(model, models.list_models())
        raise CheckpointError(f'torchvision://{name}: torchvision has no such weights{near}') from None


def open_mmlab_models() -> dict[str, str]:
    """What ``open-mmlab://`` knows: {name: address}.

    A file ``open_mmlab.json`` in the folder of the cache, ``$MMCV_HOME``, adds to it, or replaces: addresses, or paths
    below that folder.
    """
    published = {name: OPEN_MMLAB_ROOT + path for name, path in OPEN_MMLAB.items()}
    own = cache_home() / 'open_mmlab.json'
    return published | load(own) if own.is_file() else published


def _open_mmlab(name: str) -> Path | str:
    name = OPEN_MMLAB_ALIASES.get(name, name)
    models = open_mmlab_models()
    if name not in models:
        near = did_you_mean(name, models)
        raise CheckpointError(f'open-mmlab://{name}: no such weights{near}; give a path or the address of the file')
    return models[name] if '://' in models[name] else cache_home() / models[name]


CATALOGUES = {
    'torchvision': _torchvision_url,
    'modelzoo': _torchvision_url,
    'open-mmlab': _open_mmlab,
    'openmmlab': _open_mmlab,
}

KNOWN_PROTOCOLS = [f'{name}://' for name in ('http', 'https', *CATALOGUES)]
