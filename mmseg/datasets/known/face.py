"""Faces with occlusions: face or background."""

from .facts import Facts

FACTS = Facts(
    names=('occludedface',),
    paper='Voo et al.: Delving into high-quality synthetic face occlusion segmentation datasets, CVPRW 2022',
    img_suffix='.jpg',
    seg_map_suffix='.png',
    table="""
        background 000000, face 800000""")
