"""One call to segment images, one to look at the result."""

import os
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import nn

import mmcv
from mmcv.checkpoint import unwrap
from mmcv.parallel import collate, to_device
from mmcv.utils import ConfigTypeError
from mmseg.datasets.pipelines import Compose


def inference_segmentor(model: nn.Module, imgs: str | np.ndarray | Sequence) -> list[np.ndarray]:
    """Segment images with the test pipeline of the model's config.

    Args:
        model: from :func:`load_model`.
        imgs: a path or an (H, W, 3) uint8 BGR array, or a list of such.

    Returns:
        One (H, W) integer label map per image, at the image's own size.

    Raises:
        ConfigTypeError: something else than paths and such arrays; it tells what it is and the mend.
    """
    images = list(imgs) if isinstance(imgs, (list, tuple)) else [imgs]
    for img in images:
        _check_image(img)
    load, *rest = model.cfg.data.test.pipeline
    pipeline, from_array = Compose([load, *rest]), Compose(rest)
    device = next(model.parameters()).device
    results = []
    for img in images:  # one by one: sizes may differ
        if isinstance(img, np.ndarray):
            sample = from_array(_as_loaded(img))
        else:
            sample = pipeline({'img_info': {'filename': str(img)}, 'img_prefix': None})
        with torch.no_grad():
            results += model(return_loss=False, rescale=True, **to_device(collate([sample]), device))
    return results


def _check_image(img: object) -> None:
    """Refuse what is neither a path nor an array (H, W, C)."""
    found, mend = type(img).__name__, 'write list(...) around what gives several images'
    if isinstance(img, (str, os.PathLike)) or (isinstance(img, np.ndarray) and img.ndim == 3):
        return
    if isinstance(img, np.ndarray):
        found = f'an array of shape {img.shape} and type {img.dtype}'
        mend = 'give a stack as a list(...) of images' if img.ndim > 3 else 'give a grey image as mmcv.gray2bgr(img)'
    elif isinstance(img, torch.Tensor):
        found = f'a tensor of shape {tuple(img.shape)}'
        mend = 'convert it to an array of bytes with the channels last: img.permute(1, 2, 0).cpu().numpy()'
    elif isinstance(img, Image.Image):
        found, mend = f'a PIL image of mode {img.mode}', "write np.asarray(img.convert('RGB'))[..., ::-1]"
    raise ConfigTypeError(
        f'inference_segmentor: a path or an (H, W, C) uint8 BGR array or a list of such is needed, not {found}: {mend}')


def _as_loaded(img: np.ndarray) -> dict:
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
    drawn = unwrap(model).show_result(img, result, palette=palette, show=False, opacity=opacity)
    if out_file is not None:
        mmcv.imwrite(drawn, out_file)
        return
    import matplotlib.pyplot as plt

    plt.figure(figsize=fig_size)
    plt.imshow(mmcv.bgr2rgb(drawn))
    plt.title(title)
    plt.tight_layout()
    plt.show(block=block)
