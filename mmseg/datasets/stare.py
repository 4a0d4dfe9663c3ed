from .builder import DATASETS
from .class_names import get_classes, get_palette
from .custom import CustomDataset


@DATASETS.register_module()
class STAREDataset(CustomDataset):
    """STARE: ``*.png`` with vessel maps ``*.ah.png`` (0 = background, 1 = vessel).

    Hoover et al.: Locating blood vessels in retinal images, TMI 2000.
    """

    CLASSES = tuple(get_classes('stare'))
    PALETTE = get_palette('stare')

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='.png', seg_map_suffix='.ah.png', reduce_zero_label=False, **kwargs)
