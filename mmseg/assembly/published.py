"""The folder of a published model: which of its files are the config and the weights."""

from pathlib import Path

from mmcv.utils import ConfigError

_WEIGHTS = ('.pth', '.safetensors')


def published_files(folder: str | Path) -> tuple[Path, Path]:
    """Config and weights of a folder that ``tools/publish_model.py`` wrote; of weights in two formats either one.

    Raises:
        ConfigError: there is not one config, or no weights, or several.
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
    return configs[0], kind[0]
