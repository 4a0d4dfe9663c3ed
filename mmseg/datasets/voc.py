from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class PascalVOCDataset(CustomDataset):
    """Pascal VOC 2012, also augmented (SBD): ``*.jpg`` with label maps ``*.png`` (0 = background, a class).

    Everingham et al.: The Pascal visual object classes challenge: A retrospective, IJCV 2015.

    Args:
        split: the list of images, one of ``ImageSets/Segmentation/*.txt``.
    """

    CLASSES = tuple(get_classes('voc'))
    PALETTE = get_palette('voc')

    def __init__(self, split: str, **kwargs) -> None:
        super().__init__(img_suffix='.jpg', seg_map_suffix='.png', split=split, **kwargs)
