from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class PotsdamDataset(CustomDataset):
    """ISPRS Potsdam tiles: ``*.png`` with label maps ``*.png`` (0 = ignored, 1 = the first class).
    """

    CLASSES = tuple(get_classes('potsdam'))
    PALETTE = get_palette('potsdam')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.png', seg_map_suffix='.png', reduce_zero_label=True, **kwargs)
