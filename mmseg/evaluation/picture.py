"""Images as people can look at them: of any number of bands and any depth, from any data set."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

import numpy as np
import torch
from torch import nn

from mmcv.image import imread
from mmcv.parallel import collate, to_device
from mmseg.protocols import GivesLabels, KeepsImages, LoadsImages, NamesFiles, Samples
from mmseg.samples import inner_datasets, locate, sample_files

_SHOWN = 2, 98  # percentiles of a band that become black and white
_ENOUGH = 1 << 20  # values to find them by


def as_picture(img: np.ndarray, bands: Sequence[int] | None = None) -> np.ndarray:
    """Make an image visible.

    Args:
        img: (H, W) or (H, W, C), numbers of any type. Three or four channels of 8 bits stay as they are; else each
            band is stretched, its lowest 2 % becoming black and its highest 2 % white.
        bands: which ones, from 0, are shown as red, green and blue. None takes the first three as blue, green and red
            (the order in which images are loaded, and in which satellites count), or the first one as grey.

    Returns:
        (H, W, 3) uint8 BGR.

    Raises:
        ValueError: it is no image, or has no such band.
    """
    img = np.asarray(img)
    if img.ndim not in (2, 3) or img.size == 0 or img.dtype.kind not in 'biuf':
        raise ValueError(f'an array of shape {img.shape} and type {img.dtype} is no image')
    img = np.atleast_3d(img)
    count = img.shape[2]
    chosen = bands[::-1] if bands is not None else (0, 1, 2) if count > 2 else (0, 0, 0)
    if max(chosen) >= count:
        raise ValueError(f'bands {tuple(bands)} are asked for, and the image has {count} of them, counted from 0')
    photo = img.dtype == np.uint8 and (count < 5)
    return np.stack([img[..., band] if photo else _stretched(img[..., band]) for band in chosen], axis=2)


def _stretched(band: np.ndarray) -> np.ndarray:
    """(H, W) numbers as uint8; what is not finite becomes black."""
    band = band.astype(np.float32)
    finite = band[np.isfinite(band)]
    if not finite.size:
        return np.zeros(band.shape, np.uint8)
    sample = finite[::max(1, finite.size // _ENOUGH)]
    low, high = np.percentile(sample, _SHOWN)
    if low == high:  # a few dots on a plain ground
        low, high = finite.min(), finite.max()
    scaled = (band - low) * (255 / (high - low) if high > low else 0)
    return np.nan_to_num(scaled, nan=0, posinf=0, neginf=0).round().clip(0, 255).astype(np.uint8)


def load_image(dataset: Samples, index: int) -> np.ndarray:
    """The image of a sample, (H, W) or (H, W, C): as its data set loads it, or else from its file or its tensor."""
    if isinstance(dataset, LoadsImages):
        return dataset.load_image(index)
    if found := locate(dataset, index):
        return load_image(*found)
    if isinstance(dataset, NamesFiles):
        with contextlib.suppress(OSError, ValueError):  # of a kind that is not for OpenCV
            return imread(dataset.sample_files(index)['img'])
    return _image_in(to_device(collate([dataset[index]]), 'cpu'))


def _image_in(batch: Mapping) -> np.ndarray:
    """The first image of a batch as it was before normalisation and padding."""
    img, metas = batch['img'], batch.get('img_metas', [{}])
    if isinstance(img, (list, tuple)):  # one batch per augmentation
        img, metas = img[0], metas[0]
    img, meta = np.moveaxis(np.asarray(img[0].cpu()), 0, -1), metas[0]
    norm = meta.get('img_norm_cfg')
    if norm is not None and img.dtype.kind == 'f':
        img = img * np.asarray(norm['std'], np.float32) + np.asarray(norm['mean'], np.float32)
        if img.shape[2] == 3:
            img = img.round().clip(0, 255).astype(np.uint8)
    if norm is not None and norm.get('to_rgb') and img.shape[2] == 3:
        img = img[..., ::-1]
    height, width = meta.get('img_shape', img.shape)[:2]
    return np.ascontiguousarray(img[:height, :width])


def load_label(dataset: Samples, index: int) -> np.ndarray | None:
    """The label map of a sample in class indices, (H, W), if its data set has such."""
    if isinstance(dataset, GivesLabels):
        return dataset.eval_label(index)
    found = locate(dataset, index)
    return load_label(*found) if found else None


def picture_path(dataset: Samples, index: int) -> PurePath:
    """A relative path for what is drawn of a sample, no other image's of a data set.

    It is that of the image below the folder of the images; below a number where the data set is made of several.
    """
    path, numbers = Path(sample_files(dataset, index)['img']), []
    while not isinstance(dataset, KeepsImages) and (found := locate(dataset, index)):
        inner = inner_datasets(dataset)
        if len(inner) > 1:
            numbers.append(str(next(i for i, part in enumerate(inner) if part is found[0])))
        dataset, index = found
    folder = dataset.img_dir if isinstance(dataset, KeepsImages) else path.parent
    inside = path.relative_to(folder) if path.is_relative_to(folder or '') else path.relative_to(path.anchor)
    return PurePath(*numbers, *(part for part in inside.parts if part != '..'))


def predict(model: nn.Module, dataset: Samples, index: int) -> np.ndarray:
    """The label map (H, W) that a model, which is in eval mode, predicts for one image of a validation set."""
    return predict_batch(model, batch_of(model, dataset, index))


def batch_of(model: nn.Module, dataset: Samples, index: int) -> dict:
    """One sample as a batch of its own, where the model is."""
    return to_device(collate([dataset[index]]), next(model.parameters()).device)


def predict_batch(model: nn.Module, batch: Mapping) -> np.ndarray:
    """The label map (H, W) of a batch of one image, see :func:`predict`."""
    with torch.no_grad():
        return np.asarray(model(return_loss=False, rescale=True, **batch)[0])
