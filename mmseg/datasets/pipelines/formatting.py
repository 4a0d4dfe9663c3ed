"""From arrays to what the model takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Number

import numpy as np
import torch

from mmcv.parallel.image_metas import ImageMeta
from mmseg.datasets.builder import PIPELINES
from mmseg.labels import read_label_map

from .arguments import require

_META_KEYS = (
    'filename',
    'ori_filename',
    'ori_shape',
    'img_shape',
    'pad_shape',
    'scale_factor',
    'flip',
    'flip_direction',
    'img_norm_cfg',
)


def to_tensor(data: torch.Tensor | np.ndarray | Sequence | Number) -> torch.Tensor:
    """A tensor of the data, which it shares where it can; a lone integer or float becomes a tensor of one element."""
    if isinstance(data, torch.Tensor):
        return data
    if isinstance(data, np.ndarray):
        return torch.from_numpy(data)
    if isinstance(data, Sequence) and not isinstance(data, str):
        return torch.tensor(data)
    if isinstance(data, Number):
        return torch.tensor([data])
    raise TypeError(f'a {type(data).__name__} cannot become a tensor')


def _image_to_tensor(img: np.ndarray) -> torch.Tensor:
    """(H, W) or (H, W, C) -> contiguous (C, H, W); float64, which no model computes in, becomes float32."""
    img = img.astype(np.float32) if img.dtype == np.float64 else img
    return torch.from_numpy(np.ascontiguousarray(np.atleast_3d(img).transpose(2, 0, 1)))


@PIPELINES.register_module()
@dataclass(eq=False)
class ToTensor:
    """Turn the values of ``keys`` into tensors."""

    keys: Sequence[str]

    def __call__(self, results: dict) -> dict:
        results.update({key: to_tensor(results[key]) for key in self.keys})
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class ImageToTensor:
    """Turn the images of ``keys``, (H, W) or (H, W, C), into tensors (C, H, W); float64 becomes float32."""

    keys: Sequence[str]

    def __call__(self, results: dict) -> dict:
        results.update({key: _image_to_tensor(results[key]) for key in self.keys})
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class Transpose:
    """Reorder the axes of the arrays of ``keys``."""

    keys: Sequence[str]
    order: Sequence[int]

    def __call__(self, results: dict) -> dict:
        results.update({key: results[key].transpose(self.order) for key in self.keys})
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class ToDataContainer:
    """Changes nothing: batches hold plain tensors. Configs that name it keep loading."""

    fields: Sequence[dict] = ({'key': 'img', 'stack': True}, {'key': 'gt_semantic_seg'})

    def __call__(self, results: dict) -> dict:
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class DefaultFormatBundle:
    """Turn ``img`` into a tensor (C, H, W) and ``gt_semantic_seg`` into an int64 tensor (1, H, W), where present."""

    def __call__(self, results: dict) -> dict:
        if 'img' in results:
            results['img'] = _image_to_tensor(results['img'])
        if 'gt_semantic_seg' in results:
            label = read_label_map(results['gt_semantic_seg'])
            results['gt_semantic_seg'] = torch.from_numpy(label[None].astype(np.int64))
        return results


@PIPELINES.register_module()
@dataclass(eq=False)
class Collect:
    """Keep ``keys``, and a dict ``img_metas`` of ``meta_keys``: what the model is called with.

    Raises:
        ValueError: one of them is not in the results.
    """

    keys: Sequence[str]
    meta_keys: Sequence[str] = _META_KEYS

    def __call__(self, results: dict) -> dict:
        missing = [key for key in (*self.meta_keys, *self.keys) if key not in results]
        require(not missing, self, f'no transform before it has set {", ".join(missing)}')
        return {
            'img_metas': ImageMeta((key, results[key]) for key in self.meta_keys),
            **{key: results[key] for key in self.keys},
        }
