from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset
from .submission import write_label_maps


@DATASETS.register_module()
class ADE20KDataset(CustomDataset):
    """ADE20K: ``*.jpg`` with label maps ``*.png`` (0 = ignored, 1 = the first of 150 classes).

    Zhou et al.: Scene parsing through ADE20K dataset, CVPR 2017.
    """

    CLASSES = tuple(get_classes('ade'))
    PALETTE = get_palette('ade')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.jpg', seg_map_suffix='.png', reduce_zero_label=True, **kwargs)

    def format_results(
        self, results: list, imgfile_prefix: str, to_label_id: bool = True, indices: list[int] | None = None
    ) -> list[str]:
        """Write ``imgfile_prefix/NAME.png`` for the test server, which counts classes from 1; returns the paths.

        ``to_label_id`` is there for old code and without effect.
        """
        return write_label_maps(self, results, imgfile_prefix, indices, ids=range(1, 151))
