"""Pascal Context: 59 of its 459 categories, and background, which one of its two data sets leaves out."""

from .facts import Facts

#: The id of each class among the 459 categories.
CATEGORY_IDS = (
    0, 2, 9, 18, 19, 22, 23, 25, 31, 33, 34, 44, 45, 46, 59, 65, 68, 72, 80, 85, 98, 104, 105, 113, 115, 144, 158, 159,
    162, 187, 189, 207, 220, 232, 258, 259, 260, 284, 295, 296, 308, 324, 326, 347, 349, 354, 355, 360, 366, 368, 397,
    415, 416, 420, 424, 427, 440, 445, 454, 458)

FACTS = Facts(
    names=('pascal_context', 'pcontext'),
    paper=('Mottaghi et al.: The role of context for object detection and semantic segmentation in the wild, '
           'CVPR 2014'),
    img_suffix='.jpg',
    seg_map_suffix='.png',
    table="""
        background 787878, aeroplane b47878, bag 06e6e6, bed 503232, bedclothes 04c803, bench 787850,
        bicycle 8c8c8c, bird cc05ff, boat e6e6e6, book 04fa07, bottle e005ff, building ebff07, bus 96053d,
        cabinet 787846, car 08ff33, cat ff0652, ceiling 8fff8c, chair ccff04, cloth ff3307, computer cc4603,
        cow 0066c8, cup 3de6fa, curtain ff0633, dog 0b66ff, door ff0747, fence ff09e0, floor 0907e6, flower dcdcdc,
        food ff095c, grass 7009ff, ground 08ffd6, horse 07ffe0, keyboard ffb806, light 0aff47, motorbike ff290a,
        mountain 07ffff, mouse e0ff08, person 6608ff, plate ff3d06, platform ffc207, pottedplant ff7a08,
        road 00ff14, rock ff0829, sheep ff0599, shelves 0633ff, sidewalk eb0cff, sign a09614, sky 00a3ff,
        snow 8c8c8c, sofa fa0a0f, table 14ff00, track 1fff00, train ff1f00, tree ffe000, truck 99ff00,
        tvmonitor 0000ff, wall ff4700, water 00ebff, window 00adff, wood 1f00ff""")
