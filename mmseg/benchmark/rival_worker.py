"""Runs in a Python with mmsegmentation 0.30: ``rival_worker.py JOBS THREADS CLOCK``, then questions on stdin.

Each job is a function of its arguments that returns what does the work once. Only names of mmcv 1.x and
mmsegmentation 0.30 are used here; see elsewhere.py for the other side.
"""

import importlib
import importlib.util
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor, nn

HERE = Path(__file__).parent
sys.path[:] = [path for path in sys.path if path != str(HERE)]  # a package may be called like a file in it
# measurement.py imports nothing of this project: the same clock on both sides.
_spec = importlib.util.spec_from_file_location('measurement', HERE / 'measurement.py')
measure = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(measure)


def _of_0x(module: str, name: str) -> Callable:
    """A name by its address in 0.30, which here would be an old one."""
    return getattr(importlib.import_module(module), name)


def _segmentor(config: str, state: dict[str, Tensor]) -> nn.Module:
    """The model of a config with the weights of the other side."""
    from mmcv.utils import ext_loader

    # PSPNet needs none of mmcv's compiled operators, but the package of its heads imports all of them.
    ext_loader.load_ext = lambda name, functions: SimpleNamespace(**dict.fromkeys(functions))
    from mmcv.cnn.utils import revert_sync_batchnorm
    from mmseg.models import build_segmentor

    cfg = _of_0x('mmcv', 'Config').fromfile(config)
    cfg.model.pretrained = None
    model = revert_sync_batchnorm(build_segmentor(cfg.model))
    model.load_state_dict(state)
    return model


def infer(config: str, state: dict[str, Tensor], img: Tensor, meta: dict) -> Callable[[], list]:
    """Images to label maps."""
    model = _segmentor(config, state).eval()

    def run() -> list:
        with torch.no_grad():
            return model(return_loss=False, rescale=True, img=[img], img_metas=[[meta]])
    return run


def train(config: str, state: dict[str, Tensor], batch: dict) -> Callable[[], None]:
    """Forward and backward."""
    model = _segmentor(config, state).train()
    return lambda: model.train_step(batch, None)['loss'].backward()


def iteration(config: str, state: dict[str, Tensor], batch: dict) -> Callable[[], None]:
    """Forward, backward and the optimizer's step."""
    model = _segmentor(config, state).train()
    optimizer = torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9, weight_decay=5e-4)

    def run() -> None:
        optimizer.zero_grad()
        model.train_step(batch, None)['loss'].backward()
        optimizer.step()
    return run


def head(config: str, state: dict[str, Tensor], maps: Tensor) -> Callable[[], None]:
    """Forward and backward of the decode head alone."""
    model = _segmentor(config, state).train()

    def run() -> None:
        x = maps.detach().requires_grad_()
        model.decode_head([x] * 5).square().mean().backward()
    return run


def evaluate(logits: Tensor, label: np.ndarray, size: tuple[int, int], num_classes: int) -> Callable[[], tuple]:
    """Logits of a frame to its areas of intersection and union."""
    intersect_and_union, resize = _of_0x('mmseg.core', 'intersect_and_union'), _of_0x('mmseg.ops', 'resize')

    def run() -> tuple:
        pred = resize(logits, size, mode='bilinear', align_corners=False).argmax(1)
        return intersect_and_union(pred[0].numpy(), label, num_classes, 255, {}, False)
    return run


def labels(
    views: list[tuple[list[Tensor], Tensor, dict]], test_cfg: dict, num_classes: int,
) -> Callable[[], list]:
    """What a head gave of an image, in each view of it and in each window, to the image's label map."""
    from mmcv.utils import ext_loader

    ext_loader.load_ext = lambda name, functions: SimpleNamespace(**dict.fromkeys(functions))
    from mmcv import ConfigDict
    from mmseg.models.segmentors import EncoderDecoder

    resize = _of_0x('mmseg.ops', 'resize')

    class Given(EncoderDecoder):
        """The maps of all windows, one after the other."""

        def __init__(self) -> None:
            nn.Module.__init__(self)
            self.test_cfg, self.align_corners = ConfigDict(test_cfg), False
            self.num_classes = self.out_channels = num_classes

        def encode_decode(self, img: Tensor, img_metas: list[dict]) -> Tensor:
            return resize(next(self.maps), size=img.shape[2:], mode='bilinear', align_corners=False)

    model = Given()
    imgs, metas = [img for _, img, _ in views], [[meta] for _, _, meta in views]

    def run() -> list:
        model.maps = (one for maps, _, _ in views for one in maps)
        return model.simple_test(imgs[0], metas[0]) if len(views) == 1 else model.aug_test(imgs, metas)
    return run


def data(
    pipeline: list[dict], img_dir: str, ann_dir: str, name: str, label_name: str, samples: int,
) -> Callable[[], None]:
    """Training samples from their files."""
    import cv2

    from mmseg.datasets.pipelines import Compose
    cv2.setNumThreads(0)
    compose = Compose(pipeline)

    def run() -> None:
        for seed in range(samples):
            random.seed(seed)
            np.random.seed(seed)
            compose(dict(img_info=dict(filename=name), ann_info=dict(seg_map=label_name), seg_fields=[],
                         img_prefix=img_dir, seg_prefix=ann_dir))
    return run


def transforms(pipeline: list[dict], img: np.ndarray, label: np.ndarray, samples: int) -> Callable[[], None]:
    """Training samples from a decoded frame."""
    import cv2

    from mmseg.datasets.pipelines import Compose

    cv2.setNumThreads(0)
    compose = Compose(pipeline)
    loaded = dict(filename='', ori_filename='', img_shape=img.shape, ori_shape=img.shape, pad_shape=img.shape,
                  scale_factor=1.0, img_norm_cfg={}, seg_fields=['gt_semantic_seg'])

    def run() -> None:
        for seed in range(samples):
            random.seed(seed)
            np.random.seed(seed)
            compose(dict(loaded, img=img, gt_semantic_seg=label, seg_fields=['gt_semantic_seg']))
    return run


if __name__ == '__main__':
    measure.answer(globals(), *sys.argv[1:])
