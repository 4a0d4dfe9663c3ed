"""What the names of a data set's files end in."""

import os
from collections.abc import Sequence

import numpy as np

from mmcv.utils import ConfigError

from .missing_files import missing_files


class Suffixes:
    """The endings that names may have, the preferred one first; letters count whatever their case.

    Args:
        suffixes: one, or several.
        key: of the config, for messages: 'img_suffix'.

    Raises:
        ConfigError: neither text nor a list of texts.
    """

    def __init__(self, suffixes: str | Sequence[str], key: str) -> None:
        several = [suffixes] if isinstance(suffixes, str) else suffixes
        listed = isinstance(several, (list, tuple)) and several
        if not listed or not all(isinstance(suffix, str) for suffix in several):
            raise ConfigError(f"{key}: an ending such as '.png' is needed, or a list of them, not {suffixes!r}")
        self.first = several[0]
        self.single = len(several) == 1
        self._exact = tuple(several)
        self._lower = tuple(suffix.lower() for suffix in several)

    def __str__(self) -> str:
        return ' or '.join(map(repr, self._exact))

    def fit(self, name: str) -> bool:
        """Whether a name ends in one of them."""
        return name.endswith(self._exact) or name.lower().endswith(self._lower)

    def split(self, name: str) -> tuple[str, str]:
        """What stands before the ending of a name that fits, and the ending as it is written there."""
        lower = name.lower()
        cut = len(name) - max(len(suffix) for suffix in self._lower if lower.endswith(suffix))
        return name[:cut], name[cut:]

    def rank(self, ending: str) -> tuple[int, bool]:
        """How much an ending, as it is written, is preferred; less is more."""
        return self._lower.index(ending.lower()), ending not in self._exact


class Endings:
    """The ending of each name of a list, in a byte per name at most.

    Args:
        endings: one per name; or a single one that all have.
    """

    def __init__(self, endings: str | Sequence[str]) -> None:
        self._kinds = [endings] if isinstance(endings, str) else list(dict.fromkeys(endings))
        self._codes = None
        if len(self._kinds) > 1:
            place = {ending: code for code, ending in enumerate(self._kinds)}
            self._codes = np.array([place[ending] for ending in endings], np.min_scalar_type(len(self._kinds)))

    def __getitem__(self, index: int) -> str:
        return self._kinds[0 if self._codes is None else self._codes[index]]


def find_endings(root: str, stems: Sequence[str], suffixes: Suffixes) -> tuple[Endings, list[str]]:
    """How the files of these names end.

    Args:
        root: the folder, or an address, of which nothing is asked.
        stems: relative to it, without their endings.
        suffixes: the endings that they may have, the preferred one first.

    Returns:
        The endings, and the names of the files that are not there, with the preferred ending.
    """
    if '://' in root:
        return Endings(suffixes.first), []
    missing = missing_files(root, [stem + suffixes.first for stem in stems])
    cut = len(suffixes.first)
    others = _other_endings(root, {name[:len(name) - cut] for name in missing}, suffixes)
    if not others:
        return Endings(suffixes.first), missing
    endings = Endings([others.get(stem, suffixes.first) for stem in stems])
    return endings, [name for name in missing if name[:len(name) - cut] not in others]


def _other_endings(root: str, stems: set[str], suffixes: Suffixes) -> dict[str, str]:
    """The ending of those stems of which there is a file with another one than the preferred."""
    endings = {}
    for sub in {stem.rpartition('/')[0] for stem in stems}:
        folder, prefix = os.path.join(root, sub), f'{sub}/' if sub else ''
        if not os.path.isdir(folder):
            continue
        with os.scandir(folder) as entries:
            names = [prefix + entry.name for entry in entries if suffixes.fit(entry.name) and entry.is_file()]
        for stem, ending in map(suffixes.split, names):
            if stem in stems and suffixes.rank(ending) <= suffixes.rank(endings.get(stem, ending)):
                endings[stem] = ending
    return endings
