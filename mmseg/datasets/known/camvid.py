"""CamVid: 11 classes seen from a car; what is none of them is 255 (11 in the files of the SegNet tutorial)."""

from .facts import Facts

FACTS = Facts(
    names=('camvid',),
    paper='Brostow et al.: Semantic object classes in video, PRL 2009',
    img_suffix='.jpg',
    seg_map_suffix='.png',
    table="""
        Sky 808080, Building 800000, Pole c0c080, Road 804080, Pavement 3c28de, Tree 808000, SignSymbol c08080,
        Fence 404080, Car 400080, Pedestrian 404000, Bicyclist 0080c0""")
