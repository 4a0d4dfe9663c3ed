"""What ``Normalize(on_device=True)`` has left to do."""

import functools
from collections.abc import Callable

import torch


def normalize_bytes(img: torch.Tensor | list, img_metas: list) -> torch.Tensor | list:
    """Normalise and pad a batch of bytes, as Normalize and Pad do on the host: bit for bit the same float32 numbers.

    Args:
        img: (N, C, H, W) uint8 as :class:`mmseg.datasets.pipelines.Normalize` has left it; floats are returned as they
            are. Or a list of such batches.
        img_metas: one dict per image with ``img_norm_cfg``; or a list of lists of them.

    Raises:
        ValueError: bytes whose ``img_norm_cfg`` does not ask for this.
    """
    if isinstance(img, list):
        return [normalize_bytes(*view) for view in zip(img, img_metas)]
    if img.dtype != torch.uint8:
        return img
    settings = [meta.get('img_norm_cfg', {}) for meta in img_metas]
    if not torch.compiler.is_compiling():
        return _normalize(img, settings)
    if not _outside_graphs:
        _outside_graphs.append(torch.compiler.disable(_normalize))
    return _outside_graphs[0](img, settings)


# _normalize, kept out of graphs because it depends on sizes that differ from batch to batch. It is made when somebody
# compiles: it loads torch._dynamo, which takes as long as torch itself.
_outside_graphs: list[Callable] = []


def _normalize(img: torch.Tensor, settings: list[dict]) -> torch.Tensor:
    if not all('on_device' in one for one in settings):
        raise ValueError('the images are bytes: put Normalize into the pipeline; with on_device=True, img_norm_cfg has '
                         'to be among the meta_keys of Collect')
    mean, std = (tuple(tuple(map(float, one[name])) for one in settings) for name in ('mean', 'std'))
    out = (img.float() - _constants(mean, img.device)) / _constants(std, img.device)
    for image, one in zip(out, settings):
        _pad(image, **one['on_device'])
    return out


@functools.lru_cache(maxsize=64)
def _constants(values: tuple[tuple[float, ...], ...], device: torch.device) -> torch.Tensor:
    """(N, C, 1, 1), kept on the device from batch to batch."""
    return torch.tensor(values, dtype=torch.float32, device=device)[..., None, None]


def _pad(image: torch.Tensor, shape: tuple[int, int], pad_shape: tuple[int, int], pad_val: float | tuple) -> None:
    """Fill what Pad and, beyond its shape, the collation of images of several sizes have added."""
    for (height, width), value in ((shape, pad_val), (pad_shape, 0)):
        for border in (image[:, height:], image[:, :, width:]):
            if border.numel():
                border.copy_(torch.as_tensor(value, dtype=image.dtype).reshape(-1, 1, 1))
