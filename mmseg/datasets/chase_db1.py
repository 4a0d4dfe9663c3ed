from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class ChaseDB1Dataset(CustomDataset):
    """CHASE_DB1: ``*.png`` with vessel maps ``*_1stHO.png`` (0 = background, 1 = vessel).

    Fraz et al.: An ensemble classification-based approach applied to retinal blood vessel segmentation, TBME 2012.
    """

    CLASSES = tuple(get_classes('chase_db1'))
    PALETTE = get_palette('chase_db1')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.png', seg_map_suffix='_1stHO.png', reduce_zero_label=False, **kwargs)
