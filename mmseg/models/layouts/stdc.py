"""Weights of STDC."""

from collections.abc import Sequence
from itertools import accumulate

from mmcv.checkpoint.layouts import Layout


def _layout(name: str, depths: Sequence[int]) -> Layout:
    """Two convolutions and stages of so many modules; there, they are counted without regard to stages."""
    places = ['0', '1', *(f'{stage}.{i}' for stage, depth in enumerate(depths, 2) for i in range(depth))]
    return Layout(
        f'the official {name}',
        marks=tuple(rf'features\.{first}\.avd_layer\.0\.weight$' for first in accumulate(depths[:-1], initial=2)),
        rules=(
            (r'^(?:cp\.)?(?:backbone\.)?', ''),  # of the context path
            *((rf'^features\.{i}\.', f'stages.{place}.') for i, place in enumerate(places)),
            (r'\.conv_list\.', '.layers.'),
            (r'\.avd_layer\.0\.', '.downsample.conv.'),
            (r'\.avd_layer\.1\.', '.downsample.bn.'),
        ),
        dropped=r'^(?!(?:cp\.)?(?:backbone\.)?features\.)',
    )


#: https://github.com/MichaelFan01/STDC-Seg
STDC1 = _layout('STDC1', (2, 2, 2))
STDC2 = _layout('STDC2', (4, 5, 3))
