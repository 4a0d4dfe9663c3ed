"""Old names of published weights, and where files of them are kept."""

import os

from mmcv.checkpoint.catalogues import OPEN_MMLAB_ALIASES, TORCHVISION, TORCHVISION_ROOT
from mmcv.fileio import cache_home

ENV_MMCV_HOME = 'MMCV_HOME'
ENV_XDG_CACHE_HOME = 'XDG_CACHE_HOME'
DEFAULT_CACHE_DIR = '~/.cache'


def get_mmcv_home() -> str:
    """The folder of what was downloaded, which is made where it is not there."""
    home = os.path.expanduser(os.environ.get(ENV_MMCV_HOME) or str(cache_home()))
    os.makedirs(home, exist_ok=True)
    return home


def get_deprecated_model_names() -> dict[str, str]:
    """{old name: name} of those."""
    return dict(OPEN_MMLAB_ALIASES)


def get_torchvision_models() -> dict[str, str]:
    """{name: address} of torchvision's weights: 'resnet50', and 'resnet50.imagenet1k_v2', 'resnet50.default'."""
    from torchvision import models

    found = {name: TORCHVISION_ROOT + file for name, file in TORCHVISION.items()}
    for model in models.list_models(models):
        weights = models.get_model_weights(model)
        key = weights.__name__.removesuffix('_Weights').lower()
        found.update({f'{key}.{name.lower()}': weight.url for name, weight in weights.__members__.items()})
    return found
