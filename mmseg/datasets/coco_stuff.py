from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class COCOStuffDataset(CustomDataset):
    """COCO-Stuff, 10k and 164k: ``*.jpg`` with label maps ``*_labelTrainIds.png`` of 171 classes.

    Caesar et al.: COCO-Stuff: Thing and stuff classes in context, CVPR 2018.
    """

    CLASSES = tuple(get_classes('cocostuff'))
    PALETTE = get_palette('cocostuff')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.jpg', seg_map_suffix='_labelTrainIds.png', **kwargs)
