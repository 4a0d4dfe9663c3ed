"""Whether the parts of a segmentor fit together: images, backbone, neck, heads."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.utils import one_line
from mmseg.checks import Facts, Problem

from .probe import OtherChannels, probe

_TOO_SMALL = ("Kernel size can't be greater", 'Output size is too small')
_USUAL_SIZE = (64, 64)


def check_features(
    model: nn.Module, facts: Facts, key: str = '',
) -> tuple[tuple[int, ...] | None, list[Problem]]:
    """Send a shape through backbone and neck.

    Args:
        model: a segmentor with a ``backbone`` and perhaps a ``neck``.
        facts: the images; without their number of channels nothing is tried.
        key: what set the size of the images, if not the pipeline.

    Returns:
        The channels of each map that the heads get, None where that remains unknown; and the problems.
    """
    if facts.channels is None:
        return None, []
    maps: object = torch.empty(1, facts.channels, *(facts.image_size or _USUAL_SIZE), device='meta')
    for name, part in model.named_children():
        if name not in ('backbone', 'neck'):
            continue
        try:
            maps = probe(part, maps)
        except Exception as error:  # whatever a user's module does on a device that it was not written for
            return None, _problems(error, name, facts, key)
    if not isinstance(maps, (list, tuple)) or not all(isinstance(part, torch.Tensor) for part in maps):
        return None, []
    return tuple(part.shape[1] for part in maps), []


def _problems(error: Exception, name: str, facts: Facts, key: str) -> list[Problem]:
    """What an error tells about the part; nothing where the meta device may be to blame."""
    text = one_line(error)
    if isinstance(error, OtherChannels):
        return _other_channels(error, name, facts)
    if type(error) is ValueError or any(sign in text for sign in _TOO_SMALL):
        size = 'x'.join(map(str, facts.image_size or _USUAL_SIZE))
        return [Problem(key or name, f'does not fit images of {size}' if not key else f'gives windows of {size}', text)]
    return []


def _other_channels(error: OtherChannels, name: str, facts: Facts) -> list[Problem]:
    if name == 'neck':
        return [Problem('neck.in_channels', f'has {error.made_for} where the backbone gives {error.given} channels',
                        'set it to the channels of the maps of the backbone')]
    if error.given != facts.channels:
        return []  # deep inside of a user's backbone
    channels = f'{error.given} channel{"s" * (error.given != 1)}'
    return [Problem('backbone.in_channels', f'is {error.made_for}, but the loader delivers images of {channels}',
                    f'set it to {error.given}, or load other images (color_type of LoadImageFromFile)')]


def check_inputs(given: int | Sequence[int], index: int | Sequence[int], facts: Facts) -> list[Problem]:
    """Hold ``in_channels`` and ``in_index`` of a head against the maps that it gets.

    Args:
        given: channels, one number or one for each index.
        index: of the maps; negative ones count from the end.
        facts: ``features``.
    """
    if facts.features is None:
        return []
    count = len(facts.features)
    several = isinstance(index, (list, tuple))
    indices = index if several else [index]
    outside = [i for i in indices if not -count <= i < count]
    if outside:
        return [Problem('in_index', f'is {index}, but there are {count} maps, 0 to {count - 1}',
                        f'use -{count} to {count - 1}')]
    wanted = [facts.features[i] for i in indices]
    wanted = wanted if several else wanted[0]
    fits = (list(given) == wanted if several else given == wanted) if isinstance(given, (list, tuple)) == several else (
        several and given == sum(wanted))
    if fits:
        return []
    maps = f'maps {list(indices)} have' if several else f'map {index} has'
    return [Problem('in_channels', f'is {given}, but {maps} {wanted} channels (all maps: {list(facts.features)})',
                    f'set it to {wanted}, or choose another map with in_index')]
