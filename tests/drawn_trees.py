"""Small trees of images and labels, drawn here, of any layout."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

SIZE = 48, 64
COLOURS = [[0, 0, 0], [200, 30, 30], [30, 200, 30], [30, 30, 200]]


def draw_label(rng, classes=3, size=SIZE):
    """(H, W) uint8 with some of each class in it, and bits that are ignored."""
    label = np.zeros(size, np.uint8)
    for value in range(1, classes):
        top, left = rng.integers(2, size[0] // 2), rng.integers(2, size[1] // 2)
        label[top:top + size[0] // 4, left + 8 * (value - 1):left + 8 * value + 4] = value
    label[:2, :10] = 255
    return label


def draw_image(rng, label):
    """(H, W, 3) uint8: the label's areas on a ground of their own, with grain."""
    ground = cv2.resize(rng.integers(40, 200, (5, 6, 3), dtype=np.uint8), label.shape[::-1],
                        interpolation=cv2.INTER_CUBIC).astype(int)
    shown = ground + 30 * (label[..., None] % 255) + rng.integers(-15, 16, (*label.shape, 3))
    return shown.clip(0, 255).astype(np.uint8)


def as_palette(label, colours=COLOURS):
    paletted = Image.fromarray(label).convert('P')
    paletted.putdata(label.ravel().tolist())
    flat = np.zeros((256, 3), np.uint8)
    flat[:len(colours)] = colours
    flat[255] = 224, 224, 192
    paletted.putpalette(flat.tobytes())
    return paletted


class Drawn:
    """A tree that was written; ``pairs`` are the paths of image and label below ``root``."""

    def __init__(self, root):
        self.root, self.pairs = Path(root), []

    def image(self, index):
        return self.root / self.pairs[index][0]

    def label(self, index):
        return self.root / self.pairs[index][1]

    def read(self, index):
        """The values of a label."""
        return np.array(Image.open(self.label(index)))

    def write(self, index, array, **options):
        """Another label in the place of one."""
        Image.fromarray(array).save(self.label(index), **options)


def draw_tree(root, names, image='images/{}.png', label='masks/{}.png', palette=False, classes=3, seed=0, first=0):
    """Write a tree of these names, by patterns of their paths."""
    rng, tree = np.random.default_rng(seed), Drawn(root)
    for name in names:
        values = draw_label(rng, classes)
        shown = Image.fromarray(draw_image(rng, values))
        values = np.where(values == 255, 255, values + first).astype(np.uint8)
        paths = image.format(name), label.format(name)
        for path, picture in zip(paths, (shown, as_palette(values) if palette else Image.fromarray(values))):
            (tree.root / path).parent.mkdir(parents=True, exist_ok=True)
            picture.save(tree.root / path, **({'quality': 95} if path.endswith('jpg') else {}))
        tree.pairs.append(paths)
    return tree


@pytest.fixture
def draw(tmp_path):
    return lambda names, **options: draw_tree(tmp_path / 'data', names, **options)
