"""STARE: vessels of the retina; the labels of its first observer."""

from .facts import Facts

FACTS = Facts(
    names=('stare', 'STARE'),
    paper='Hoover et al.: Locating blood vessels in retinal images, TMI 2000',
    img_suffix='.png',
    seg_map_suffix='.ah.png',
    table="""
        background 787878, vessel 06e6e6""")
