"""The data set of occluded faces."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.face import FACTS


@DATASETS.register_module()
class FaceOccludedDataset(CustomDataset):
    """Faces with occlusions: ``*.jpg`` with label maps ``*.png`` (0 = background, 1 = face).

    Args:
        split: the list of images, one of ``train.txt, val.txt``.
        **kwargs: as for CustomDataset.
    """

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, split: str, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs}, split=split)
