"""CHASE_DB1: vessels of the retina; the labels of its first observer."""

from dataclasses import replace

from . import stare

FACTS = replace(
    stare.FACTS,
    names=('chase_db1',),
    paper=('Fraz et al.: An ensemble classification-based approach applied to retinal blood vessel segmentation, '
           'TBME 2012'),
    img_suffix='.png',
    seg_map_suffix='_1stHO.png')
