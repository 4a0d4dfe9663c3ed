"""What a bug report needs to know."""

from mmcv.utils import collect_env as collect_base_env
from mmcv.utils import get_git_hash
from mmcv.utils.pipe import ends_with_its_reader

from .version import __version__


def collect_env() -> dict[str, str | bool]:
    """The machine, as of :func:`mmcv.utils.collect_env`, and the version and commit of mmseg."""
    return {**collect_base_env(), 'MMSegmentation': f'{__version__}+{get_git_hash(digits=7)}'}


if __name__ == '__main__':
    with ends_with_its_reader():
        for name, value in collect_env().items():
            print(f'{name}: {value}')
