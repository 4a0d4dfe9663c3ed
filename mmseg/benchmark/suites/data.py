"""Training samples from their files: the chain of transforms, all in one pass, and from the decoded cache."""

import copy
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import torch
from PIL import Image

from mmseg.assembly.load import load_config
from mmseg.assembly.loaders import pipeline_of
from mmseg.benchmark.measurement import Case, Timed, Way
from mmseg.benchmark.rival import RIVAL, Rival
from mmseg.datasets import ADE20KDataset, CityscapesDataset, RepeatDataset, build_dataloader
from mmseg.datasets.custom import CustomDataset
from mmseg.datasets.pipelines import Compose

from .options import Options

SAMPLES = 16
NAME, LABEL = 'frame_leftImg8bit.png', 'frame_gtFine_labelTrainIds.png'
PHOTO, PHOTO_LABEL = 'photo.jpg', 'photo.png'
PHOTO_CONFIG = 'pspnet_r50-d8_512x512_80k_ade20k'
# Height and width, and the scale of the pipeline: ADE20K's own, and that of the file.
PHOTOS = (((512, 683), (2048, 512)), ((1536, 2048), (2048, 512)), ((1536, 2048), (2048, 1536)))
_FILTERS = 'written by pillow, which chooses a filter for each row (OpenCV takes one for all)'


def data(options: Options, size: tuple[int, int] = (1024, 2048)) -> Iterator[Case]:
    """Samples of the config's training pipeline.

    One at a time, in one thread, as a loader's worker makes them; then batches from a loader with a worker per core.
    """
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    folder = TemporaryDirectory()
    pipeline = pipeline_of(load_config(options.config).data.train)
    draw_frame(Path(folder.name), size)
    name = f'{SAMPLES} training samples from PNG files of {size}, one thread'
    yield Case(name, _ways(folder, pipeline, options), SAMPLES)
    with Image.open(Path(folder.name, NAME)) as image:
        image.save(Path(folder.name, NAME))
    yield Case(f'the same, {_FILTERS}', _ways(folder, pipeline, options), SAMPLES)

    files = dict(img_info=dict(filename=NAME), ann_info=dict(seg_map=LABEL), img_prefix=folder.name,
                 seg_prefix=folder.name, seg_fields=[])
    loading, rest = pipeline[:2], pipeline[2:]
    sample = Compose(copy.deepcopy(loading), fuse=False)(files)
    ways = {'chain of transforms': _transforms(rest, sample, fuse=False), 'one pass': _transforms(rest, sample)}
    if options.against:
        rival = Rival(options.against, 'transforms', pipeline=rest, img=sample['img'],
                      label=sample['gt_semantic_seg'], samples=SAMPLES)
        ways = {RIVAL: rival, **ways}
    yield Case(f'{SAMPLES} training samples after decoding {size}, one thread', ways, SAMPLES)
    yield from _photos(options)
    yield _loading(folder, pipeline, size)


def _photos(options: Options) -> Iterator[Case]:
    """The same of photographs, as ADE20K has them and as cameras take them."""
    for size, scale in PHOTOS:
        pipeline = pipeline_of(load_config(PHOTO_CONFIG).data.train)
        pipeline[2]['img_scale'] = scale
        folder = TemporaryDirectory()
        draw_frame(Path(folder.name), size, PHOTO, PHOTO_LABEL)
        yield Case(f'{SAMPLES} training samples from JPEG files of {size}, scale {scale}, one thread',
                   _ways(folder, pipeline, options, PHOTO, PHOTO_LABEL, ADE20KDataset), SAMPLES)


def draw_frame(folder: Path, size: tuple[int, int], name: str = NAME, label_name: str = LABEL) -> None:
    """A frame as smooth and as noisy as one of a camera, with its label."""
    draw = np.random.default_rng(0)
    coarse = draw.integers(0, 256, (size[0] // 32, size[1] // 32, 3), dtype=np.uint8)
    img = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC) + draw.normal(0, 2, (*size, 3))
    label = cv2.resize(draw.integers(0, 19, (16, 32), dtype=np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST)
    cv2.imwrite(str(folder / name), img.clip(0, 255).astype(np.uint8))
    cv2.imwrite(str(folder / label_name), label)


def _ways(
    folder: TemporaryDirectory, pipeline: list[dict], options: Options, name: str = NAME, label_name: str = LABEL,
    kind: type[CustomDataset] = CityscapesDataset,
) -> dict[str, Timed]:
    ways = {way: Way(_seeded(lambda dataset=dataset: (folder, dataset[0])))
            for way, dataset in _datasets(folder, pipeline, kind).items()}
    if not options.against:
        return ways
    rival = Rival(options.against, 'data', pipeline=pipeline, img_dir=folder.name, ann_dir=folder.name, name=name,
                  label_name=label_name, samples=SAMPLES)
    return {RIVAL: rival, **ways}


def _loading(folder: TemporaryDirectory, pipeline: list[dict], size: tuple[int, int]) -> Case:
    """A pass over a loader; its workers start with the first one and stay."""
    workers = os.cpu_count()
    ways = {}
    for name, dataset in _datasets(folder, pipeline).items():
        frames = RepeatDataset(dataset, SAMPLES * workers)
        loader = build_dataloader(frames, 2, workers, dist=False, shuffle=False, seed=0)
        ways[name] = Way(lambda loader=loader: (folder, [batch['img'].shape for batch in loader]))
    samples = SAMPLES * workers
    return Case(f'{samples} training samples of {size} in batches of 2 from {workers} workers', ways, samples)


def _datasets(
    folder: TemporaryDirectory, pipeline: list[dict], kind: type[CustomDataset] = CityscapesDataset,
) -> dict[str, CustomDataset]:
    """The frame as a data set, by way of making samples of it."""
    options = {'chain of transforms': dict(fuse=False), 'one pass': {},
               'one pass, cached': dict(cache=dict(type='disk', dir=str(Path(folder.name, 'cache'))))}
    return {name: kind(pipeline=copy.deepcopy(pipeline), img_dir=folder.name, ann_dir=folder.name, **more)
            for name, more in options.items()}


def _transforms(pipeline: list[dict], sample: dict, **options: bool) -> Way:
    compose = Compose(copy.deepcopy(pipeline), **options)
    return Way(_seeded(lambda: compose({**sample, 'seg_fields': list(sample['seg_fields'])})))


def _seeded(run: Callable[[], object]) -> Callable[[], None]:
    """SAMPLES calls of ``run``, with the same random numbers, and so the same scales and crops, in every way."""
    def seeded() -> None:
        for seed in range(SAMPLES):
            random.seed(seed)
            np.random.seed(seed)
            run()
    return seeded
