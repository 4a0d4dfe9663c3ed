"""Dark Zurich: the classes of Cityscapes by night."""

from dataclasses import replace

from . import cityscapes

FACTS = replace(
    cityscapes.FACTS,
    names=(),
    paper=('Sakaridis et al.: Guided curriculum model adaptation for semantic nighttime image segmentation, ICCV '
           '2019'),
    img_suffix='_rgb_anon.png',
    seg_map_suffix='_gt_labelTrainIds.png')
