"""One call to load a trained model, one to segment an image, one to look at it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import mmcv
from mmcv.config import Config
from mmcv.parallel import collate, to_device
from mmcv.runner import load_checkpoint
from mmseg.assembly.parts import load_config
from mmseg.assembly.speed import check_speed, prepare_inference, speed_up
from mmseg.datasets.class_names import get_classes, get_palette
from mmseg.datasets.pipelines import Compose
from mmseg.models import build_segmentor


def init_segmentor(
    config: str | Path | Config,
    checkpoint: str | None = None,
    device: str = 'cuda:0' if torch.cuda.is_available() else 'cpu',
) -> nn.Module:
    """Build a segmentor for inference.

    Args:
        config: a path, a bare name, or a loaded config.
        checkpoint: a path or an address; its classes and palette become the model's.
        device: where the model lives.

    Returns:
        The segmentor in eval mode, with ``cfg``, ``CLASSES`` and ``PALETTE`` attached.

    Raises:
        ConfigError: a key of speed has a value that means nothing.
    """
    cfg = config if isinstance(config, Config) else load_config(str(config))
    check_speed(cfg)
    settings = cfg.model.copy()
    settings.update({key: None for key in ('pretrained', 'train_cfg') if key in settings})  # not needed to predict
    model = build_segmentor(settings, test_cfg=cfg.get('test_cfg'))
    if checkpoint is not None:
        meta = load_checkpoint(model, checkpoint, map_location='cpu').get('meta', {})
        model.CLASSES = meta.get('CLASSES') or get_classes('cityscapes')
        model.PALETTE = meta.get('PALETTE') or get_palette('cityscapes')
    model.cfg = cfg.copy()
    model.cfg.device = str(device)  # what the keys of speed go by
    return speed_up(prepare_inference(model, model.cfg).to(device), model.cfg)


def inference_segmentor(model: nn.Module, imgs: str | np.ndarray | Sequence) -> list[np.ndarray]:
    """Segment images with the test pipeline of the model's config.

    Args:
        model: from :func:`init_segmentor`.
        imgs: a path or an (H, W, 3) uint8 BGR array, or a list of such.

    Returns:
        One (H, W) integer label map an image, at the image's own size.
    """
    load, *rest = model.cfg.data.test.pipeline
    pipeline, from_array = Compose([load, *rest]), Compose(rest)
    device = next(model.parameters()).device
    results = []
    for img in imgs if isinstance(imgs, (list, tuple)) else [imgs]:  # one by one: sizes may differ
        if isinstance(img, np.ndarray):
            sample = from_array(_as_loaded(img))
        else:
            sample = pipeline({'img_info': {'filename': str(img)}, 'img_prefix': None})
        with torch.no_grad():
            results += model(return_loss=False, rescale=True, **to_device(collate([sample]), device))
    return results


def _as_loaded(img: np.ndarray) -> dict[str, Any]:
    """What LoadImageFromFile would have put in for this array."""
    shape = img.shape
    return dict(
        filename=None, ori_filename=None, img=img, img_shape=shape, ori_shape=shape, pad_shape=shape, scale_factor=1.0)


def show_result_pyplot(
    model: nn.Module,
    img: str | np.ndarray,
    result: list[np.ndarray],
    palette: Sequence | None = None,
    fig_size: tuple[float, float] = (15, 10),
    opacity: float = 0.5,
    title: str = '',
    block: bool = True,
    out_file: str | None = None,
) -> None:
    """Show a segmentation over its image with matplotlib (or write it to ``out_file``)."""
    model = getattr(model, 'module', model)
    drawn = model.show_result(img, result, palette=palette, show=False, opacity=opacity)
    if out_file is not None:
        mmcv.imwrite(drawn, out_file)
        return
    import matplotlib.pyplot as plt

    plt.figure(figsize=fig_size)
    plt.imshow(mmcv.bgr2rgb(drawn))
    plt.title(title)
    plt.tight_layout()
    plt.show(block=block)
