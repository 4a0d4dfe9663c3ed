from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class CamVidDataset(CustomDataset):
    """CamVid in its 11 classes: ``images/*.jpg``, ``annotations/*.png`` (palette indices; 255 = void).

    Brostow et al.: Semantic object classes in video, PRL 2009.
    """

    CLASSES = tuple(get_classes('camvid'))
    PALETTE = get_palette('camvid')
