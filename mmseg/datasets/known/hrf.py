"""HRF: vessels of the retina."""

from dataclasses import replace

from . import stare

FACTS = replace(
    stare.FACTS,
    names=('hrf',),
    paper=('Budai et al.: Robust vessel segmentation in fundus images, International Journal of Biomedical '
           'Imaging 2013'),
    img_suffix='.png',
    seg_map_suffix='.png')
