"""Old names of published weights, and where files of them are kept."""

from mmcv.checkpoint.catalogues import OPEN_MMLAB_ALIASES
from mmcv.fileio import cache_home

ENV_MMCV_HOME = 'MMCV_HOME'
ENV_XDG_CACHE_HOME = 'XDG_CACHE_HOME'
DEFAULT_CACHE_DIR = '~/.cache'


def get_mmcv_home() -> str:
    """The folder of what was downloaded, which is made where it is not there."""
    home = cache_home()
    home.mkdir(parents=True, exist_ok=True)
    return str(home)


def get_deprecated_model_names() -> dict[str, str]:
    """{old name: name} of those."""
    return dict(OPEN_MMLAB_ALIASES)
