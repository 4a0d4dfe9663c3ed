"""The data set of COCO-Stuff, 10k and 164k."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.coco_stuff import FACTS


@DATASETS.register_module()
class COCOStuffDataset(CustomDataset):
    """COCO-Stuff, 10k and 164k: ``*.jpg`` with label maps ``*_labelTrainIds.png`` of 171 classes."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
