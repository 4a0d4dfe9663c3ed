"""What was published of the run configs of mmsegmentation 0.30: metrics, memory, and where the weights are."""

import functools
import json
import os
from pathlib import Path

from mmcv.config.find import config_folders
from mmcv.utils import ConfigError, did_you_mean

#: What stands for "the weights that were published with this config" where a checkpoint is asked for.
ZOO = 'zoo'


@functools.cache
def read_facts(path: Path | None = None) -> dict[str, dict]:
    """``configs/zoo.json``: ``models`` by name of their config, and the ``methods`` with title and paper."""
    if path is None:
        path = next((folder / 'zoo.json' for folder in config_folders() if (folder / 'zoo.json').is_file()), None)
    if path is None:
        raise ConfigError('configs/zoo.json is missing: what was published is known from it; reinstall the project')
    return json.loads(path.read_text(encoding='utf-8'))


def published_checkpoint(checkpoint: str | None, config: str | os.PathLike | None) -> str | None:
    """The address of a checkpoint: of ``'zoo'`` that of the config's published weights, of anything else itself.

    Args:
        checkpoint: what the user gave; None stays None.
        config: path or name of the config.

    Raises:
        ConfigError: nothing was published for this config.
    """
    if checkpoint != ZOO:
        return checkpoint
    models = read_facts()['models']
    name = Path(config or '').name.removesuffix('.py')
    if name not in models:
        raise ConfigError(f'{name or "this config"}: no weights were published for it, so there is no checkpoint '
                          f"'zoo'{did_you_mean(name, models)}; give a file or an address (docs/zoo.md lists them)")
    return models[name]['checkpoint']
