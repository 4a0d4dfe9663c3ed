"""Weights of STDC."""

from collections.abc import Sequence

from mmcv.checkpoint.layouts import Layout


def _layout(name: str, depths: Sequence[int]) -> Layout:
    """The layout of a network with so many modules in its stages, behind two convolutions; there they have no stages.
    """
    places = ['0', '1', *(f'{stage}.{i}' for stage, depth in enumerate(depths, 2) for i in range(depth))]
    return Layout(
        f'the official {name}',
        marks=(rf'features\.{len(places) - 1}\.conv_list\.0\.conv\.weight$',),
        rules=(
            (r'^(?:cp\.)?(?:backbone\.)?', ''),  # of the context path
            *((rf'^features\.{i}\.', f'stages.{place}.') for i, place in enumerate(places)),
            (r'\.conv_list\.', '.layers.'),
            (r'\.avd_layer\.0\.', '.downsample.conv.'),
            (r'\.avd_layer\.1\.', '.downsample.bn.'),
        ),
        dropped=r'^(?!(?:cp\.)?(?:backbone\.)?features\.)',
    )


#: https://github.com/MichaelFan01/STDC-Seg; a deeper one has the keys of the shallower, so that it comes first.
STDC2 = _layout('STDC2', (4, 5, 3))
STDC1 = _layout('STDC1', (2, 2, 2))
