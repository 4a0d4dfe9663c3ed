"""The data set of ISPRS Potsdam."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.potsdam import FACTS


@DATASETS.register_module()
class PotsdamDataset(CustomDataset):
    """ISPRS Potsdam tiles: ``*.png`` with label maps ``*.png`` (0 = ignored, 1 = the first class)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
