"""Scales and flips of a test pipeline."""

import copy
from collections.abc import Sequence

from mmcv.utils import ConfigError
from mmseg.datasets.builder import innermost
from mmseg.settings import Settings

#: The scales of ``--aug-test``.
SCALES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75)


def with_augmentation(settings: Settings, scales: Sequence[float], flip: bool) -> Settings:
    """The settings with other scales and flips in ``data.test.pipeline``; their predictions are averaged.

    Raises:
        ConfigError: it has no ``MultiScaleFlipAug``.
    """
    data = copy.deepcopy(settings.data)
    augmentations = [transform for leaf in innermost(data.get('test', ())) for transform in leaf.get('pipeline', ())
                     if transform.type == 'MultiScaleFlipAug']
    for transform in augmentations:
        transform.img_ratios = list(scales)
        transform.flip = flip
    if augmentations:
        return settings.changed(data=data)
    raise ConfigError(f'{settings.config.filename}: --aug-test needs MultiScaleFlipAug in data.test.pipeline')
