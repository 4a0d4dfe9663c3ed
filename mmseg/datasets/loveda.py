from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset
from .submission import write_label_maps


@DATASETS.register_module()
class LoveDADataset(CustomDataset):
    """LoveDA: ``*.png`` with label maps ``*.png`` (0 = ignored, 1 = the first class).

    Wang et al.: LoveDA: A remote sensing land-cover dataset for domain adaptive semantic segmentation, NeurIPS 2021.
    """

    CLASSES = tuple(get_classes('loveda'))
    PALETTE = get_palette('loveda')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.png', seg_map_suffix='.png', reduce_zero_label=True, **kwargs)

    def format_results(self, results: list, imgfile_prefix: str, indices: list[int] | None = None) -> list[str]:
        """Write ``imgfile_prefix/NAME.png`` for the test server, which counts classes from 0; returns the paths."""
        return write_label_maps(self, results, imgfile_prefix, indices, ids=range(7))
