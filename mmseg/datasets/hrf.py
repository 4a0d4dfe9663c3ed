from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class HRFDataset(CustomDataset):
    """HRF: ``*.png`` with vessel maps ``*.png`` (0 = background, 1 = vessel).

    Budai et al.: Robust vessel segmentation in fundus images, International Journal of Biomedical Imaging 2013.
    """

    CLASSES = tuple(get_classes('hrf'))
    PALETTE = get_palette('hrf')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.png', seg_map_suffix='.png', reduce_zero_label=False, **kwargs)
