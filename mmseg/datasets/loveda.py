"""The data set of LoveDA."""

from typing import Any

from .builder import DATASETS
from .custom import CustomDataset
from .known.loveda import FACTS
from .submission import write_label_maps


@DATASETS.register_module()
class LoveDADataset(CustomDataset):
    """LoveDA: ``*.png`` with label maps ``*.png`` (0 = ignored, 1 = the first class)."""

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**FACTS.layout, **kwargs})

    def format_results(self, results: list, imgfile_prefix: str, indices: list[int] | None = None) -> list[str]:
        """Write ``imgfile_prefix/NAME.png`` for the test server, which counts classes from 0; returns the paths."""
        return self.results2img(results, imgfile_prefix, indices)

    def results2img(self, results: list, imgfile_prefix: str, indices: list[int] | None = None) -> list[str]:
        """The step of :meth:`format_results` that writes the files, for subclasses that change it alone."""
        return write_label_maps(self, results, imgfile_prefix, indices, ids=FACTS.server_ids)
