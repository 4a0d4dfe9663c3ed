"""A model of each kind in the zoo: inference, and steps of training."""

import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from mmcv.config import find_config
from mmseg.benchmark.elsewhere import Elsewhere, There
from mmseg.benchmark.measurement import Case
from mmseg.benchmark.rival import RIVAL
from mmseg.benchmark.rival import WORKER as RIVAL_WORKER

from .models import build, training_batch
from .options import Options

MODELS = (
    'deeplabv3_r50-d8_512x512_80k_ade20k',
    'deeplabv3plus_r50-d8_512x512_80k_ade20k',
    'upernet_r50_512x512_80k_ade20k',
    'upernet_swin_tiny_patch4_window7_512x512_160k_ade20k_pretrain_224x224_1K',
    'segformer_mit-b0_512x512_160k_ade20k',
    'segformer_mit-b2_512x512_160k_ade20k',
    'ocrnet_hr18_512x512_80k_ade20k',
    'fcn_hr18_512x512_80k_ade20k',
    'bisenetv2_fcn_4x4_1024x1024_160k_cityscapes',
    'fast_scnn_lr0.12_8x4_160k_cityscapes',
    'fpn_r50_512x512_160k_ade20k',
    'upernet_deit-s16_512x512_80k_ade20k',
    'twins_pcpvt-s_fpn_fpnhead_8x4_512x512_80k_ade20k',
    'twins_svt-s_uperhead_8x2_512x512_160k_ade20k',
    'upernet_convnext_tiny_fp16_512x512_160k_ade20k',
    'lraspp_m-v3-d8_512x1024_320k_cityscapes',
    'cgnet_680x680_60k_cityscapes',
    'erfnet_fcn_4x4_512x1024_160k_cityscapes',
)
CROPS = {'lraspp_m-v3-d8_512x1024_320k_cityscapes': (512, 512)}  # it pools over 392 pixels
OURS = 'ours'
WORKER = Path(__file__).parents[1] / 'zoo_worker.py'


def zoo(
    options: Options, size: tuple[int, int] = (512, 512), batch: int = 2, crop: tuple[int, int] = (256, 256),
) -> Iterator[Case]:
    """Per model of :data:`MODELS`, on the CPU: an image to its label map, then whole iterations over a small batch.

    Ours runs as ``tools/train.py`` and ``tools/test.py`` run it if they are asked for nothing, in a process of its own.
    """
    for name in MODELS:
        works = {f'{name}: inference': ('infer', 1), f'{name}: training step': ('iteration', batch)}
        wanted = any(options.only in work for work in works)
        sides = _sides(name, options, size, batch, crop) if wanted else {}  # to build a model takes seconds
        for work, (job, samples) in works.items():
            yield Case(work, {side: There(process, job, counted=False) for side, process in sides.items()}, samples)


def _sides(
    name: str, options: Options, size: tuple[int, int], batch: int, crop: tuple[int, int],
) -> dict[str, Elsewhere]:
    """The processes that have the model, with one seed's weights and images."""
    net = build(Options(config=name))
    common = dict(config=find_config(name), state=net.state_dict())
    meta = dict(img_shape=(*size, 3), ori_shape=(*size, 3), pad_shape=(*size, 3), flip=False)
    jobs = dict(iteration=dict(common, batch=training_batch(net, 'cpu', CROPS.get(name, crop), batch)),
                infer=dict(common, img=torch.randn(1, 3, *size), meta=meta))
    sides = {RIVAL: Elsewhere(options.against, RIVAL_WORKER, jobs)} if options.against else {}
    return {**sides, OURS: Elsewhere(sys.executable, WORKER, jobs)}
