"""The prediction of one image, and how sure the model is of each pixel."""

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from mmcv.parallel import collate, to_device
from mmseg.evaluation.picture import predict as predict_label
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
    if not isinstance(model, GivesProbabilities):
        return Prediction(predict_label(model, dataset, index), None)
    batch = to_device(collate([dataset[index]]), next(model.parameters()).device)
    height, width = batch['img_metas'][0][0]['ori_shape'][:2]
    if max(2, model.out_channels) * height * width > _MOST:
        return Prediction(predict_label(model, dataset, index), None)
    with torch.no_grad():
        labels, probabilities = model.predict_probabilities(batch['img'], batch['img_metas'])
        confidence = probabilities.gather(1, labels[:, None].long())[0, 0]
    return Prediction(labels[0].cpu().numpy(), confidence.float().cpu().numpy())
