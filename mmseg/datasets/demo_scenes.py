"""Street scenes that need no download: the data set for a first run."""

import contextlib
import fcntl
import functools
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmcv.fileio import atomic_write
from mmcv.utils import ConfigError, print_log, track_iter_progress
from mmseg.logger import get_root_logger

from .builder import DATASETS
from .custom import CustomDataset
from .demo import draw_scene
from .known.demo_scenes import FACTS

_VERSION = 1  # raise it whenever a pixel changes
_STAMP = '.drawn'
_LOCK = '.drawing'
_CITIES = {
    'train': ('ahorn', 'birke', 'eiche', 'erle', 'esche', 'kiefer', 'lerche', 'linde', 'pappel', 'ulme'),
    'val': ('buche', 'fichte', 'tanne', 'weide'),
}


@DATASETS.register_module()
class DemoScenesDataset(CustomDataset):
    """Drawn street scenes in ten classes of Cityscapes, in a tree like that of Cityscapes.

    The tree is drawn into ``data_root`` on first use, with the same pixels on every machine; validation shows other
    cities than training. The bonnet of the camera's car and rubbish bins are not labelled (255).

    .. code-block:: none

        data_root
        ├── leftImg8bit/{train,val}/CITY/CITY_000000_leftImg8bit.png
        └── gtFine/{train,val}/CITY/CITY_000000_gtFine_labelTrainIds.png

    Args:
        data_root: folder of the tree: a new one, or one that this class has drawn.
        img_suffix, seg_map_suffix: as for CustomDataset.
        num_scenes: how many scenes for training and for validation; fewer are the first of more.
        height: of the scenes, in pixels; they are twice as wide.
        **kwargs: as for CustomDataset.

    Raises:
        ConfigError: ``data_root`` holds something else, or cannot be written to.
    """

    CLASSES = FACTS.classes
    PALETTE = FACTS.palette

    def __init__(
        self,
        data_root: str = 'data/demo_scenes',
        img_suffix: str = FACTS.img_suffix,
        seg_map_suffix: str = FACTS.seg_map_suffix,
        num_scenes: Sequence[int] = (200, 40),
        height: int = 192,
        **kwargs: Any,
    ) -> None:
        draw_tree(data_root, num_scenes, height)
        super().__init__(data_root=data_root, img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)


def draw_tree(root: str | os.PathLike, num_scenes: Sequence[int] = (200, 40), height: int = 192) -> None:
    """Draw the tree of :class:`DemoScenesDataset`, unless it is there.

    Processes that come while it is being drawn wait for it. The stamp is written last, so that a tree whose drawing
    was interrupted is drawn again.

    Raises:
        ConfigError: ``root`` holds something else, or cannot be written to.
    """
    root = Path(root)
    stamp = f'demo scenes {_VERSION}: {num_scenes[0]} train, {num_scenes[1]} val, {height} x {2 * height}\n'
    if _is_drawn(root, stamp):
        return
    if root.is_dir() and os.listdir(root) and not (root / _LOCK).exists():
        raise ConfigError(f'{root}: demo scenes are drawn into a folder of their own, but this one holds other files')
    try:
        with _locked(root):
            if not _is_drawn(root, stamp):
                _draw(root, num_scenes, height, stamp)
    except OSError as error:
        raise ConfigError(f'{root}: cannot draw the demo scenes: {error.strerror or error}; set data_root to a folder '
                          'that can be written to') from error


def _is_drawn(root: Path, stamp: str) -> bool:
    file = root / _STAMP
    return file.is_file() and file.read_text() == stamp


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with open(root / _LOCK, 'w') as lock:
        with contextlib.suppress(OSError):  # a file system without locks: at worst the scenes are drawn twice
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _draw(root: Path, num_scenes: Sequence[int], height: int, stamp: str) -> None:
    start = time.monotonic()
    (root / _STAMP).unlink(missing_ok=True)
    scenes = [(split, cities[i % len(cities)], i // len(cities))
              for (split, cities), count in zip(_CITIES.items(), num_scenes) for i in range(count)]
    for split, city, _ in scenes:
        for folder in ('leftImg8bit', 'gtFine'):
            (root / folder / split / city).mkdir(parents=True, exist_ok=True)
    print_log(f'Drawing {len(scenes)} demo scenes into {root}', get_root_logger())
    # Drawing is many small numpy calls, which threads would do one after the other.
    with multiprocessing.get_context('fork').Pool(min(os.cpu_count() or 1, len(scenes), 16)) as pool:
        drawn = pool.imap_unordered(functools.partial(_draw_scene, root, height), scenes, chunksize=4)
        for _ in track_iter_progress((drawn, len(scenes)), file=sys.stderr):
            pass
    with atomic_write(root / _STAMP, 'w') as file:
        file.write(stamp)
    print_log(f'Drew {len(scenes)} demo scenes into {root} in {time.monotonic() - start:.0f} s', get_root_logger())


def _draw_scene(root: Path, height: int, scene: tuple[str, str, int]) -> None:
    split, city, index = scene
    image, label = draw_scene(city, index, height, 2 * height)
    name = f'{split}/{city}/{city}_{index:06d}'
    Image.fromarray(image).save(root / f'leftImg8bit/{name}{FACTS.img_suffix}', compress_level=1)
    palette = np.zeros((256, 3), np.uint8)
    palette[:len(FACTS.palette)] = FACTS.palette
    coloured = Image.fromarray(label)
    coloured.putpalette(palette.ravel().tolist())
    coloured.save(root / f'gtFine/{name}{FACTS.seg_map_suffix}')
