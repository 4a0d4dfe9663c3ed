"""Nighttime Driving: the classes of Cityscapes by night, labelled coarsely."""

from dataclasses import replace

from . import cityscapes

FACTS = replace(
    cityscapes.FACTS,
    names=(),
    paper=('Dai, Van Gool: Dark model adaptation: Semantic image segmentation from daytime to nighttime, ITSC '
           '2018'),
    img_suffix='_leftImg8bit.png',
    seg_map_suffix='_gtCoarse_labelTrainIds.png')
