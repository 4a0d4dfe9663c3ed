from .builder import DATASETS
from .cityscapes import CityscapesDataset


@DATASETS.register_module()
class NightDrivingDataset(CityscapesDataset):
    """Nighttime Driving in the classes of Cityscapes: ``*_leftImg8bit.png`` with ``*_gtCoarse_labelTrainIds.png``.

    Dai, Van Gool: Dark model adaptation: Semantic image segmentation from daytime to nighttime, ITSC 2018.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='_leftImg8bit.png', seg_map_suffix='_gtCoarse_labelTrainIds.png', **kwargs)
