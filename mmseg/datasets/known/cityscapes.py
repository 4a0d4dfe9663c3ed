"""Cityscapes: 19 of its 34 labels are classes (train ids); test servers count all labels."""

from .facts import Facts, read_table

#: All labels; the place of each is its id.
LABELS = (
    'unlabeled', 'ego vehicle', 'rectification border', 'out of roi', 'static', 'dynamic', 'ground', 'road',
    'sidewalk', 'parking', 'rail track', 'building', 'wall', 'fence', 'guard rail', 'bridge', 'tunnel', 'pole',
    'polegroup', 'traffic light', 'traffic sign', 'vegetation', 'terrain', 'sky', 'person', 'rider', 'car', 'truck',
    'bus', 'caravan', 'trailer', 'train', 'motorcycle', 'bicycle')
#: A label without an id, which is not drawn: what lies below shows.
UNDRAWN = 'license plate'

_TABLE = """
    road 804080, sidewalk f423e8, building 464646, wall 66669c, fence be9999, pole 999999, traffic light faaa1e,
    traffic sign dcdc00, vegetation 6b8e23, terrain 98fb98, sky 4682b4, person dc143c, rider ff0000, car 00008e,
    truck 000046, bus 003c64, train 005064, motorcycle 0000e6, bicycle 770b20"""

FACTS = Facts(
    names=('cityscapes',),
    paper='Cordts et al.: The Cityscapes dataset for semantic urban scene understanding, CVPR 2016',
    img_suffix='_leftImg8bit.png',
    seg_map_suffix='_gtFine_labelTrainIds.png',
    server_ids=tuple(LABELS.index(name) for name, _ in read_table(_TABLE)),
    table=_TABLE)
