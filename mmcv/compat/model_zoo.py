"""The list of published weights, and where files of them are kept."""

from mmcv.checkpoint.catalogues import OPEN_MMLAB, OPEN_MMLAB_ALIASES, OPEN_MMLAB_ROOT
from mmcv.fileio import cache_home

ENV_MMCV_HOME = 'MMCV_HOME'
ENV_XDG_CACHE_HOME = 'XDG_CACHE_HOME'
DEFAULT_CACHE_DIR = '~/.cache'


def get_mmcv_home() -> str:
    """The folder of what was downloaded, which is made where it is not there."""
    home = cache_home()
    home.mkdir(parents=True, exist_ok=True)
    return str(home)


def get_external_models() -> dict[str, str]:
    """{name: address} of what ``open-mmlab://`` knows."""
    return {name: OPEN_MMLAB_ROOT + path for name, path in OPEN_MMLAB.items()}


def get_deprecated_model_names() -> dict[str, str]:
    """{old name: name} of those."""
    return dict(OPEN_MMLAB_ALIASES)
