"""The data set of Nighttime Driving."""

from typing import Any

from .builder import DATASETS
from .cityscapes import CityscapesDataset
from .known.night_driving import FACTS


@DATASETS.register_module()
class NightDrivingDataset(CityscapesDataset):
    """Nighttime Driving in the classes of Cityscapes: ``*_leftImg8bit.png`` with ``*_gtCoarse_labelTrainIds.png``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
