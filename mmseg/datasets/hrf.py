"""The data set of HRF."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.hrf import FACTS


@DATASETS.register_module()
class HRFDataset(CustomDataset):
    """HRF: ``*.png`` with vessel maps ``*.png`` (0 = background, 1 = vessel)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
