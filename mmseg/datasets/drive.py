"""The data set of DRIVE."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.drive import FACTS


@DATASETS.register_module()
class DRIVEDataset(CustomDataset):
    """DRIVE: ``*.png`` with vessel maps ``*_manual1.png`` (0 = background, 1 = vessel)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
