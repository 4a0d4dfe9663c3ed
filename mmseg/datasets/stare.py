"""The data set of STARE."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.stare import FACTS


@DATASETS.register_module()
class STAREDataset(CustomDataset):
    """STARE: ``*.png`` with vessel maps ``*.ah.png`` (0 = background, 1 = vessel)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
