"""The folder of a published model: which of its files are the config and the weights."""

import re
from pathlib import Path

from mmcv.checkpoint import CheckpointError
from mmcv.fileio import file_digest
from mmcv.utils import ConfigError

_WEIGHTS = ('.pth', '.safetensors')


def published_files(folder: str | Path) -> tuple[Path, Path]:
    """Config and weights of a folder that ``tools/publish_model.py`` wrote; of weights in two formats either one.

    Raises:
        ConfigError: there is not one config, or no weights, or several.
        CheckpointError: the weights are not those that the hash in their name is of.
    """
    folder = Path(folder)
    configs = sorted(folder.glob('*.py'))
    weights = [path for suffix in _WEIGHTS for path in sorted(folder.glob(f'*{suffix}'))]
    if len(configs) != 1:
        raise ConfigError(f'{folder}: a folder of a published model holds one config, not {len(configs)}: '
                          'name the config')
    if not weights:
        raise ConfigError(f'{folder}: no weights lie beside {configs[0].name}: put the .pth or .safetensors there')
    kind = [path for path in weights if path.suffix == weights[0].suffix]  # .pth, which any machine reads
    if len(kind) > 1:
        raise ConfigError(f'{folder}: several files of weights ({", ".join(path.name for path in kind)}): '
                          'name the one that is meant')
    _check_hash(configs[0].stem, kind[0])
    return configs[0], kind[0]


def _check_hash(name: str, weights: Path) -> None:
    """Compare the content of ``NAME-HASH.suffix`` with its hash; a file that is called otherwise is not looked into."""
    named = re.fullmatch(re.escape(name) + r'-([0-9a-f]{8})', weights.stem)
    if named is None:
        return
    with open(weights, 'rb') as file:
        found = file_digest(file)[:len(named[1])]
    if found != named[1]:
        raise CheckpointError(f'{weights}: damaged: the hash of its content is {found}, not that in its name: copy it '
                              'again, or take it away where the other file of weights lies beside it')
