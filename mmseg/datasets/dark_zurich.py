from .builder import DATASETS
from .cityscapes import CityscapesDataset


@DATASETS.register_module()
class DarkZurichDataset(CityscapesDataset):
    """Dark Zurich in the classes of Cityscapes: ``*_rgb_anon.png`` with ``*_gt_labelTrainIds.png``.

    Sakaridis et al.: Guided curriculum model adaptation for semantic nighttime image segmentation, ICCV 2019.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(img_suffix='_rgb_anon.png', seg_map_suffix='_gt_labelTrainIds.png', **kwargs)
