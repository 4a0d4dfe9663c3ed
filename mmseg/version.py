"""The version: that of the mmsegmentation 0.x interface which this package keeps, counted on from its last release."""

import re


def parse_version_info(version_str: str) -> tuple[int | str, ...]:
    """A version as a tuple, in this package's way (mmcv's is another): '0.31.0rc1' -> (0, 31, 0, 'rc1')."""
    parts = re.findall(r'\d+(?=\.|rc|$)|rc\d+', version_str)
    return tuple(int(part) if part.isdigit() else part for part in parts)


__version__ = '0.31.0'
version_info = parse_version_info(__version__)
