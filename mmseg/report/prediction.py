"""The prediction of one image, and how sure the model is of each pixel."""

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
        label = np.asarray(model(return_loss=False, rescale=True, **batch)[0])
        if not isinstance(model, GivesProbabilities) or label.size * _channels(model) > _MOST:
            return Prediction(label, None)
        return Prediction(label, _confidence(_probabilities(model, batch), label))


def _channels(model: nn.Module) -> int:
    found = vars(model).get('out_channels')
    return found if isinstance(found, int) else 1


def _probabilities(model: GivesProbabilities, batch: dict) -> torch.Tensor:
    """(K, H, W), the mean over the augmentations."""
    imgs, metas = batch['img'], batch['img_metas']
    views = list(zip(imgs, metas)) if isinstance(imgs, (list, tuple)) else [(imgs, metas)]
    return sum(model.inference(normalize_bytes(img, meta), meta, True)[0] for img, meta in views) / len(views)


def _confidence(probabilities: torch.Tensor, label: np.ndarray) -> np.ndarray | None:
    """The probability of what was chosen; of one channel, that of the class or of its absence."""
    if probabilities.shape[1:] != label.shape:
        return None
    if len(probabilities) == 1:
        probabilities = torch.cat([1 - probabilities, probabilities])
    chosen = torch.as_tensor(label, device=probabilities.device).long()[None]
    return probabilities.gather(0, chosen)[0].float().cpu().numpy()
