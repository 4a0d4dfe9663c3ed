"""From the name of a checkpoint to a file on this machine."""

import re
from pathlib import Path

from mmcv.fileio import cache_home, download, kept_at, load
from mmcv.utils import did_you_mean

from .catalogues import OPEN_MMLAB, OPEN_MMLAB_ALIASES, OPEN_MMLAB_ROOT, TORCHVISION, TORCHVISION_ROOT
from .errors import CheckpointError
from .hub import HubFile, file_of_timm, file_on_hub
from .packages import file_of_package

#: A member of torchvision's enums of weights as text, which is what ``str`` makes of one.
_ENUM = re.compile(r'\w+_Weights\.\w+')


def resolve(name: str | Path) -> Path:
    """The local file of a checkpoint, fetched into the cache where needed.

    Args:
        name: a path, an http(s) address, ``torchvision://resnet50`` (or ``torchvision://resnet50.IMAGENET1K_V2``, or
            ``ResNet50_Weights.IMAGENET1K_V2``), ``open-mmlab://resnet50_v1c``, ``timm://resnet50.a1_in1k``,
            ``hf://ORG/REPO[@REVISION]/FILE``, or ``package://PACKAGE`` for one that is installed.

    Raises:
        CheckpointError: an unknown name or kind of address, or a package that is not installed.
        DownloadError: the file could not be fetched; the message says how to go on without it.
    """
    place = _place(name)
    if isinstance(place, Path):
        return place
    if isinstance(place, HubFile):
        return place.fetch()
    return download(place, advice=f'to use a copy, put it into {cache_home() / "checkpoints"}; '
                                  'if a model starts from it, --cfg-options model.pretrained=None goes on without it')


def local_or_address(name: str | Path) -> Path | str:
    """The local file of a checkpoint, where it is one or lies in the cache, else the address that it is fetched from.

    Raises:
        CheckpointError: as of :func:`resolve`.
    """
    place = _place(name)
    if isinstance(place, Path):
        return place
    if isinstance(place, HubFile):
        return place.kept() or place.address
    cached = kept_at(place)
    return cached if cached.exists() else place


def _place(name: str | Path) -> Path | str | HubFile:
    """A path, an http(s) address, or a file of the hub."""
    protocol, separator, rest = str(name).partition('://')
    if not separator and _ENUM.fullmatch(str(name)):
        return _torchvision_url(str(name))
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
    known = {one: models.get_model_weights(one) for one in models.list_models()}
    if _ENUM.fullmatch(name):
        known = {members.__name__: members for members in known.values()}
    else:
        model = model.lower()
    if model not in known:
        near = did_you_mean(model, known)
        raise CheckpointError(f'torchvision://{name}: torchvision has no such weights{near}')
    members = known[model]
    recipe = recipe or ('IMAGENET1K_V1' if 'IMAGENET1K_V1' in members.__members__ else 'DEFAULT')
    if recipe not in members.__members__:
        raise CheckpointError(f'torchvision://{name}: torchvision has no such weights of {model}, but '
                              f'{", ".join(members.__members__)}')
    return members[recipe].url


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
    'hf': file_on_hub,
    'timm': file_of_timm,
    'package': file_of_package,
}

KNOWN_PROTOCOLS = [f'{name}://' for name in ('http', 'https', *CATALOGUES)]
