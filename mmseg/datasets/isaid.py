"""The data set of iSAID."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.isaid import FACTS


@DATASETS.register_module()
class iSAIDDataset(CustomDataset):
    """iSAID patches: ``*.png`` with label maps ``*_instance_color_RGB.png`` (0 = background, a class)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})
