"""Small data sets on disk."""

import numpy as np
import pytest
from PIL import Image

NAMES = ('b', 'a-1', 'a', 'sub/z', 'sub/a')
SIZE = (20, 24)

TRAIN_PIPELINE = [
    {'type': 'LoadImageFromFile'},
    {'type': 'LoadAnnotations'},
    {'type': 'RandomCrop', 'crop_size': (16, 16)},
    {'type': 'RandomFlip', 'prob': 0.5},
    {'type': 'PhotoMetricDistortion'},
    {'type': 'DefaultFormatBundle'},
    {'type': 'Collect', 'keys': ['img', 'gt_semantic_seg'], 'meta_keys': ('filename', 'ori_filename')},
]


@pytest.fixture
def draw_tree(tmp_path):
    """``draw_tree(img_suffix, seg_suffix, values) -> folder`` with img/, ann/ and split.txt.

    The label maps are drawn from ``values`` and 255; each image is grey noise.
    """

    def draw(img_suffix='.png', seg_suffix='.png', values=(0, 1, 2), names=NAMES):
        rng = np.random.RandomState(0)
        for name in names:
            image = rng.randint(0, 255, (*SIZE, 3)).astype(np.uint8)
            label = rng.choice(np.array([*values, 255], np.uint8), SIZE)
            for kind, suffix, array in (('img', img_suffix, image), ('ann', seg_suffix, label)):
                path = tmp_path / kind / f'{name}{suffix}'
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array).save(path)
        (tmp_path / 'split.txt').write_text('\n'.join(['sub/z', 'a']) + '\n')
        return tmp_path

    return draw


@pytest.fixture
def train_pipeline():
    """Load, crop, flip, distort: everything that draws random numbers, to tensors."""
    return TRAIN_PIPELINE
