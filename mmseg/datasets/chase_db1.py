"""The data set of CHASE_DB1."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.chase_db1 import FACTS


@DATASETS.register_module()
class ChaseDB1Dataset(CustomDataset):
    """CHASE_DB1: ``*.png`` with vessel maps ``*_1stHO.png`` (0 = background, 1 = vessel)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
