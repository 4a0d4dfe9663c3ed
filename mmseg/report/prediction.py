"""The prediction of one image, and how sure the model is of each pixel."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from mmseg.evaluation.picture import batch_of, predict_batch
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
    batch = batch_of(model, dataset, index)
    if not isinstance(model, GivesProbabilities) or _is_large(model, batch):
        return Prediction(predict_batch(model, batch), None)
    with torch.no_grad():
        labels, probabilities = model.predict_probabilities(batch['img'], batch['img_metas'])
        confidence = probabilities.gather(1, labels[:, None].long())[0, 0]
    return Prediction(labels[0].cpu().numpy(), confidence.float().cpu().numpy())


def _is_large(model: GivesProbabilities, batch: Mapping) -> bool:
    height, width = batch['img_metas'][0][0]['ori_shape'][:2]
    return max(2, model.out_channels) * height * width > _MOST
