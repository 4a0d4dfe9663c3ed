"""The data set of CamVid."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.camvid import FACTS


@DATASETS.register_module()
class CamVidDataset(CustomDataset):
    """CamVid in its 11 classes: ``images/*.jpg``, ``annotations/*.png`` (palette indices; 255 = void)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
