"""The data set of Dark Zurich."""

from typing import Any

from .builder import DATASETS
from .cityscapes import CityscapesDataset
from .known.dark_zurich import FACTS


@DATASETS.register_module()
class DarkZurichDataset(CityscapesDataset):
    """Dark Zurich in the classes of Cityscapes: ``*_rgb_anon.png`` with ``*_gt_labelTrainIds.png``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
