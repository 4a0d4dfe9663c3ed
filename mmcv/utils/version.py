"""Version numbers and git hashes."""

import re
import subprocess
from pathlib import Path

import torch

TORCH_VERSION: str = torch.__version__

_RELEASE = re.compile(r'v?(\d+(?:\.\d+)*)(?:[-_.]?(a|alpha|b|beta|c|rc|dev|post)[-_.]?(\d*))?', re.IGNORECASE)
_STAGES = {'dev': -4, 'a': -3, 'alpha': -3, 'b': -2, 'beta': -2, 'c': -1, 'rc': -1, 'post': 1}


def digit_version(version_str: str, length: int = 4) -> tuple[int, ...]:
    """A version as numbers that compare in the order of releases: '1.2rc1' -> (1, 2, 0, 0, -1, 1).

    Args:
        version_str: '2.14.1+cu126', '1.0.0rc2'; what follows a plus sign does not count.
        length: how many numbers the release part has; shorter ones are filled up with zeros.

    Raises:
        ValueError: not a version.
    """
    match = _RELEASE.match(version_str)
    if match is None:
        raise ValueError(f'{version_str!r} is no version number')
    release = [int(number) for number in match[1].split('.')][:length]
    stage = (match[2] or '').lower()
    return (*release, *[0] * (length - len(release)), _STAGES.get(stage, 0), int(match[3] or 0))


def parse_version_info(version_str: str) -> tuple[int | str, ...]:
    """A version as a tuple: '1.7.3' -> (1, 7, 3), '1.7.3rc1' -> (1, 7, 3, 'rc1')."""
    parts = re.findall(r'\d+(?=\.|rc|$)|rc\d+', version_str)
    return tuple(int(part) if part.isdigit() else part for part in parts)


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
    root = Path(__file__).resolve().parents[2]
    if not (root / '.git').exists():  # else git would answer for whatever checkout site-packages lies in
        return fallback
    try:
        done = subprocess.run(['git', 'rev-parse', 'HEAD'], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return fallback
    return done.stdout.strip()[:digits]
