"""ISPRS Vaihingen: six kinds of ground seen from above; the value 0 of its label files, a boundary, is no class."""

from .facts import Facts

FACTS = Facts(
    names=('vaihingen', 'isprs'),
    paper='ISPRS 2D semantic labeling contest, Vaihingen',
    img_suffix='.png',
    seg_map_suffix='.png',
    reduce_zero_label=True,
    table="""
        impervious_surface ffffff, building 0000ff, low_vegetation 00ffff, tree 00ff00, car ffff00, clutter ff0000""")
