"""The data sets of Pascal Context, with and without its background."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.pascal_context import FACTS


@DATASETS.register_module()
class PascalContextDataset(CustomDataset):
    """Pascal Context, 59 classes and background: ``*.jpg`` with label maps ``*.png`` (0 = background).

    Args:
        split: the list of images, one of ``ImageSets/SegmentationContext/*.txt``.
        **kwargs: as for CustomDataset.
    """

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, split: str, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs}, split=split)


@DATASETS.register_module()
class PascalContextDataset59(CustomDataset):
    """Pascal Context without its background: the same files, where 0 is ignored and 1 is the first class.

    Args:
        split: the list of images, one of ``ImageSets/SegmentationContext/*.txt``.
        **kwargs: as for CustomDataset.
    """

    CLASSES = FACTS.classes[1:]
    PALETTE = FACTS.palette[1:]

    def __init__(self, split: str, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, 'reduce_zero_label': True, **kwargs}, split=split)
