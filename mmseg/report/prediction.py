"""The prediction of one image, and how sure the model is of each pixel."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from mmcv.parallel import collate, to_device
from mmseg.models.layers import normalize_bytes
from mmseg.protocols import GivesProbabilities, Samples

_MOST = 1 << 28  # probabilities of an image that are made at once: 1 GB


class Prediction(NamedTuple):
    """What a model says of an image.

    Attributes:
        label: (H, W) class indices.
        confidence: (H, W) float32, the probability of the chosen class; None where the model gives none, or the image
            is too large for it.
    """

    label: np.ndarray
    confidence: np.ndarray | None


def predict(model: nn.Module, dataset: Samples, index: int) -> Prediction:
    """Predict a sample as an evaluation does; the model is in eval mode, and not wrapped."""
    device = next((one.device for one in model.parameters()), torch.device('cpu'))
    batch = to_device(collate([dataset[index]]), device)
    with torch.no_grad():
        if not isinstance(model, GivesProbabilities) or not 0 < _probabilities_in(model, batch) < _MOST:
            return Prediction(_label(model, batch), None)
        probabilities = _probabilities(model, batch)
        if len(probabilities) > 1:
            confidence, label = probabilities.max(0)
            return Prediction(label.cpu().numpy(), confidence.float().cpu().numpy())
        label, foreground = _label(model, batch), probabilities[0].float().cpu().numpy()
        return Prediction(label, np.where(label == 1, foreground, 1 - foreground))


def _label(model: nn.Module, batch: dict) -> np.ndarray:
    return np.asarray(model(return_loss=False, rescale=True, **batch)[0])


def _probabilities_in(model: nn.Module, batch: dict) -> int:
    """How many there are in an image; 0 if that cannot be told."""
    meta = batch.get('img_metas')
    while isinstance(meta, (list, tuple)) and meta:
        meta = meta[0]
    size = meta.get('ori_shape', ()) if isinstance(meta, dict) else ()
    return vars(model).get('out_channels', 1) * math.prod(size[:2]) if size else 0


def _probabilities(model: GivesProbabilities, batch: dict) -> torch.Tensor:
    """(K, H, W), the mean over the augmentations."""
    imgs, metas = batch['img'], batch['img_metas']
    views = list(zip(imgs, metas)) if isinstance(imgs, (list, tuple)) else [(imgs, metas)]
    return sum(model.inference(normalize_bytes(img, meta), meta, True)[0] for img, meta in views) / len(views)
