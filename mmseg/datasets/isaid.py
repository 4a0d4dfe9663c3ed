from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class iSAIDDataset(CustomDataset):
    """iSAID patches: ``*.png`` with label maps ``*_instance_color_RGB.png`` (0 = background, a class).

    Zamir et al.: iSAID: A large-scale dataset for instance segmentation in aerial images, CVPRW 2019.
    """

    CLASSES = tuple(get_classes('isaid'))
    PALETTE = get_palette('isaid')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.png', seg_map_suffix='_instance_color_RGB.png', ignore_index=255, **kwargs)
