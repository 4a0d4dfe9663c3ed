"""Version numbers and git hashes."""

import re
import subprocess
from pathlib import Path

import torch

TORCH_VERSION: str = torch.__version__

_VERSION = re.compile(
    r'v?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|rc|c|dev|post)[-_.]?(\d*))?(?:[-_.]?dev[-_.]?\d*)?(?:\+.*)?',
    re.IGNORECASE)
_STAGES = {'dev': -4, 'a': -3, 'b': -2, 'rc': -1, '': 0, 'post': 1}
_LONG = {'alpha': 'a', 'beta': 'b', 'c': 'rc'}


def digit_version(version_str: str, length: int = 4) -> tuple[int, ...]:
    """A version as numbers that compare in the order of releases: '1.2rc1' -> (1, 2, 0, 0, -1, 1).

    Args:
        version_str: '2.14.1+cu126', '1.0.0rc2'; what follows a plus sign does not count.
        length: how many numbers the release part has; shorter ones are filled up with zeros.

    Raises:
        ValueError: not a version.
    """
    release, stage, number = _parts(version_str, length)
    return *release, _STAGES[stage], number


def parse_version_info(version_str: str, length: int = 4) -> tuple[int | str, ...]:
    """A version as a tuple: '1.7.3' -> (1, 7, 3, 0, 0, 0), '1.7.3rc1' -> (1, 7, 3, 0, 'rc', 1).

    Arguments and errors are those of :func:`digit_version`.
    """
    release, stage, number = _parts(version_str, length)
    return *release, stage or 0, number


def _parts(version: str, length: int) -> tuple[list[int], str, int]:
    """The numbers of a release, its stage ('' when it is out, or 'rc' and the like), and the number of that."""
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        raise ValueError(f'{version!r} is no version number')
    release = [int(number) for number in match[1].split('.')][:length]
    stage = (match[2] or '').lower()
    return release + [0] * (length - len(release)), _LONG.get(stage, stage), int(match[3] or 0)


def get_git_hash(fallback: str = 'unknown', digits: int | None = None) -> str:
    """The commit of the checkout that this package runs from, or ``fallback`` when it is installed without one.

    Args:
        fallback: the answer outside a checkout.
        digits: how many characters of the hash; all by default.

    Raises:
        TypeError: ``digits`` is no integer.
    """
    if digits is not None and not isinstance(digits, int):
        raise TypeError(f'digits has to be an int or None, not {digits!r}')
    if not (_root() / '.git').exists():  # else git would answer for whatever checkout site-packages lies in
        return fallback
    try:
        return _minimal_ext_cmd(['git', 'rev-parse', 'HEAD']).decode().strip()[:digits]
    except (OSError, subprocess.CalledProcessError):
        return fallback


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _minimal_ext_cmd(cmd: list[str]) -> bytes:
    """What a command prints in this checkout."""
    return subprocess.run(cmd, cwd=_root(), capture_output=True, check=True).stdout
