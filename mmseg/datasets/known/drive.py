"""DRIVE: vessels of the retina; the labels of its first observer."""

from dataclasses import replace

from . import stare

FACTS = replace(
    stare.FACTS,
    names=('drive',),
    paper='Staal et al.: Ridge-based vessel segmentation in color images of the retina, TMI 2004',
    img_suffix='.png',
    seg_map_suffix='_manual1.png')
