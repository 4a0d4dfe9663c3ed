"""LoveDA: seven kinds of land; the value 0 of its label files, no data, is no class."""

from .facts import Facts

FACTS = Facts(
    names=('loveda',),
    paper=('Wang et al.: LoveDA: A remote sensing land-cover dataset for domain adaptive semantic segmentation, '
           'NeurIPS 2021'),
    img_suffix='.png',
    seg_map_suffix='.png',
    reduce_zero_label=True,
    server_ids=tuple(range(7)),
    table="""
        background ffffff, building ff0000, road ffff00, water 0000ff, barren 9f81b7, forest 00ff00,
        agricultural ffc380""")
