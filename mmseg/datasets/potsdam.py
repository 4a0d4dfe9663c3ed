"""The data set of ISPRS Potsdam."""

from .builder import DATASETS
from .custom import CustomDataset
from .known.potsdam import FACTS


@DATASETS.register_module()
class PotsdamDataset(CustomDataset):
    """ISPRS Potsdam tiles: ``*.png`` with label maps ``*.png`` (0 = ignored, 1 = the first class)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
