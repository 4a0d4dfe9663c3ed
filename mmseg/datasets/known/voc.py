"""Pascal VOC 2012, also augmented (SBD): 20 kinds of objects, and background."""

from .facts import Facts

FACTS = Facts(
    names=('voc', 'pascal_voc', 'voc12', 'voc12aug'),
    paper='Everingham et al.: The Pascal visual object classes challenge: A retrospective, IJCV 2015',
    img_suffix='.jpg',
    seg_map_suffix='.png',
    table="""
        background 000000, aeroplane 800000, bicycle 008000, bird 808000, boat 000080, bottle 800080, bus 008080,
        car 808080, cat 400000, chair c00000, cow 408000, diningtable c08000, dog 400080, horse c00080,
        motorbike 408080, person c08080, pottedplant 004000, sheep 804000, sofa 00c000, train 80c000,
        tvmonitor 004080""")
