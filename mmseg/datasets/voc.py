"""The data set of Pascal VOC."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.voc import FACTS


@DATASETS.register_module()
class PascalVOCDataset(CustomDataset):
    """Pascal VOC 2012, also augmented (SBD): ``*.jpg`` with label maps ``*.png`` (0 = background, a class).

    Args:
        split: the list of images, one of ``ImageSets/Segmentation/*.txt``.
        **kwargs: as for CustomDataset.
    """

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, split: str, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs}, split=split)
