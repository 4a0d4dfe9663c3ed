from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class PascalContextDataset(CustomDataset):
    """Pascal Context, 59 classes and background: ``*.jpg`` with label maps ``*.png`` (0 = background).

    Mottaghi et al.: The role of context for object detection and semantic segmentation in the wild, CVPR 2014.

    Args:
        split: the list of images, one of ``ImageSets/SegmentationContext/*.txt``.
    """

    CLASSES = tuple(get_classes('pascal_context'))
    PALETTE = get_palette('pascal_context')

    def __init__(self, split: str, **kwargs) -> None:
        super().__init__(img_suffix='.jpg', seg_map_suffix='.png', reduce_zero_label=False, split=split, **kwargs)


@DATASETS.register_module()
class PascalContextDataset59(CustomDataset):
    """Pascal Context without its background: the same files, where 0 is ignored and 1 is the first class.

    Args:
        split: the list of images, one of ``ImageSets/SegmentationContext/*.txt``.
    """

    CLASSES = tuple(get_classes('pascal_context'))[1:]
    PALETTE = get_palette('pascal_context')[1:]

    def __init__(self, split: str, **kwargs) -> None:
        super().__init__(img_suffix='.jpg', seg_map_suffix='.png', reduce_zero_label=True, split=split, **kwargs)
