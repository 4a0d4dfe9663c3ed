from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class DRIVEDataset(CustomDataset):
    """DRIVE: ``*.png`` with vessel maps ``*_manual1.png`` (0 = background, 1 = vessel).

    Staal et al.: Ridge-based vessel segmentation in color images of the retina, TMI 2004.
    """

    CLASSES = tuple(get_classes('drive'))
    PALETTE = get_palette('drive')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.png', seg_map_suffix='_manual1.png', reduce_zero_label=False, **kwargs)
