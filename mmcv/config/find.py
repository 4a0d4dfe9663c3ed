"""Configs by their bare names."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from mmcv.utils.errors import ConfigError, ConfigFileNotFoundError, did_you_mean, short_path

from .file import SUFFIXES

_BATCH = re.compile(r'\d+xb\d+|\dx\d')
_SYNONYMS = {'amp': 'fp16', 'pretrain': None}


def config_folders() -> list[Path]:
    """Where bare names are looked up: ``configs`` of the working directory, of this checkout, of an installed mmseg."""
    packages = Path(__file__).resolve().parents[2]
    return [Path('configs').absolute(), packages / 'configs', packages / 'mmseg' / '.mim' / 'configs']


def find_config(name: str | os.PathLike, folders: Iterable[str | os.PathLike] | None = None) -> str:
    """The path of a config that is given by its path or bare name.

    ``pspnet_r50-d8_512x1024_40k_cityscapes``, with or without ``.py`` or its folder, is found below ``configs``; so is
    the 1.x spelling ``pspnet_r50-d8_4xb2-40k_cityscapes-512x1024``. The first folder with a match decides.

    Args:
        name: a path or a name.
        folders: where to look names up; by default :func:`config_folders`.

    Raises:
        ConfigFileNotFoundError: no such config; the message has the nearest names.
        ConfigError: several configs of that name.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return str(path)
    everything: set[str] = set()
    for folder in map(Path, config_folders() if folders is None else folders):
        configs = [p for p in sorted(folder.rglob('*')) if p.suffix in SUFFIXES and '_base_' not in p.parts]
        found = _matches(path, configs)
        if len(found) == 1:
            return str(found[0])
        if found:
            raise ConfigError(f'{name}: several configs are named so: {", ".join(map(short_path, found))}')
        everything.update(p.stem for p in configs)
    stem = path.name.removesuffix('.py')
    longer = [config for config in everything if len(stem) > 2 and stem in config]
    near = did_you_mean(stem, longer, 3, cutoff=0) or did_you_mean(stem, everything, 3)
    raise ConfigFileNotFoundError(f'{name}: no such config{near}')


def _matches(wanted: Path, configs: list[Path]) -> list[Path]:
    ends = {wanted.parts, (*wanted.parts[:-1], wanted.name + '.py')}
    exact = [p for p in configs if any(p.parts[-len(end):] == end for end in ends)]
    exact = exact or [p for p in configs if len(wanted.parts) == 1 and p.stem == wanted.name]
    return exact or [p for p in configs if len(wanted.parts) == 1 and _words(p.name) == _words(wanted.name)]


def _words(name: str) -> list[str]:
    """The words of a config's name whatever their order, without what only one of 0.x and 1.x names tells."""
    name = name.removesuffix('.py')
    # 1.x adds the set that it was trained on.
    name = re.sub(r'cityscapes-\d+x\d+_(dark|night)-(zurich|driving)-1920x1080', _test_set, name)
    words = [_SYNONYMS.get(word, word) for word in re.split(r'[-_]', name) if not _BATCH.fullmatch(word)]
    return sorted(filter(None, words))


def _test_set(match: re.Match) -> str:
    size = match[0].split('_')[0].removeprefix('cityscapes-')
    return f'{size}_{"dark" if match[1] == "dark" else "night_driving"}'
