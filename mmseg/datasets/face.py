from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class FaceOccludedDataset(CustomDataset):
    """Faces with occlusions: ``*.jpg`` with label maps ``*.png`` (0 = background, 1 = face).

    Voo et al.: Delving into high-quality synthetic face occlusion segmentation datasets, CVPRW 2022.

    Args:
        split: the list of images, one of ``train.txt, val.txt``.
    """

    CLASSES = tuple(get_classes('occludedface'))
    PALETTE = get_palette('occludedface')

    def __init__(self, split: str, **kwargs) -> None:
        super().__init__(img_suffix='.jpg', seg_map_suffix='.png', split=split, **kwargs)
