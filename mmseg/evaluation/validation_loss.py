"""The losses of a validation set, beside its metrics."""

from collections.abc import Mapping

import cv2
import numpy as np
import torch
from torch import nn

from mmcv import dist
from mmcv.checkpoint import unwrap
from mmcv.parallel import to_device
from mmseg.protocols import Loader, TakesSteps, require
from mmseg.samples import eval_label, ignored_label


def validation_losses(model: nn.Module, data_loader: Loader) -> dict[str, float]:
    """Every loss of a validation set by its name, and their sum ``loss``: means over the images of all ranks.

    The images are those of the test pipeline, in its first version where it makes several; the labels are brought to
    their size. The model is in eval mode: batch norms and dropout are as in a prediction.

    Args:
        model: with the losses of training; wrapped or not. Every rank has to call it.
        data_loader: of this rank's samples.

    Raises:
        ConfigTypeError: the model has no losses.
    """
    was_training, module = model.training, unwrap(model)
    require(module, TakesSteps, 'evaluation.loss')
    model.eval()
    device = next(module.parameters()).device
    sums: dict[str, torch.Tensor] = {}
    count = 0
    with torch.no_grad():
        for indices, batch in zip(data_loader.batch_sampler, data_loader):
            step = module.train_step(_with_labels(to_device(batch, device), list(indices), data_loader), None)
            for name, value in step['log_vars'].items():
                sums[name] = sums.get(name, 0) + torch.as_tensor(value, dtype=torch.float64) * len(indices)
            count += len(indices)
    model.train(was_training)
    return _means(sums, count)


def _means(sums: Mapping[str, torch.Tensor], count: int) -> dict[str, float]:
    parts = dist.gather_objects(({name: float(value) for name, value in sums.items()}, count))
    total = sum(part for _, part in parts)
    names = dict.fromkeys(name for part, _ in parts for name in part)
    return {name: sum(part.get(name, 0.0) for part, _ in parts) / total for name in names}


def _with_labels(batch: dict, indices: list[int], data_loader: Loader) -> dict:
    """What a model trains on: the first version of the images, and labels of their size."""
    img, metas = (value[0] if isinstance(value, (list, tuple)) and isinstance(value[0], kind) else value
                  for value, kind in ((batch['img'], torch.Tensor), (batch['img_metas'], (list, tuple))))
    labels = [_label(data_loader, index, meta, img.shape[2:]) for index, meta in zip(indices, metas)]
    return {'img': img, 'img_metas': metas, 'gt_semantic_seg': torch.stack(labels).to(img.device)}


def _label(data_loader: Loader, index: int, meta: Mapping, size: tuple[int, int]) -> torch.Tensor:
    """(1, H, W) int64: the label of a sample, resized and flipped as its image was, ignored where that is padded."""
    label, ignored = eval_label(data_loader.dataset, index), ignored_label(data_loader.dataset)
    height, width = meta.get('img_shape', size)[:2]
    label = cv2.resize(label.astype(np.int32), (width, height), interpolation=cv2.INTER_NEAREST)
    if meta.get('flip'):
        label = np.flip(label, 1 if meta.get('flip_direction', 'horizontal') == 'horizontal' else 0)
    whole = np.full(tuple(size), 255 if ignored is None else ignored, np.int64)
    whole[:height, :width] = label
    return torch.from_numpy(whole)[None]
