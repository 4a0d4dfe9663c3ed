"""One call to segment images, one to look at the result."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

import mmcv
from mmcv.checkpoint import unwrap
from mmcv.parallel import collate, to_device
from mmseg.arrays import ImageKind, check_image
from mmseg.assembly.loaders import pipeline_of
from mmseg.datasets.pipelines import Compose
from mmseg.models.probe import image_channels
from mmseg.protocols import DrawsResults, require


def inference_segmentor(model: nn.Module, imgs: str | np.ndarray | Sequence) -> list[np.ndarray]:
    """Segment images with the test pipeline of the model's config.

    Args:
        model: from :func:`load_model`.
        imgs: a path or an array as the first transform of that pipeline would load it, in most configs (H, W, 3) uint8
            BGR; or a list of such.

    Returns:
        One (H, W) integer label map per image, at the image's own size.

    Raises:
        ConfigTypeError: something else than paths and such arrays; it tells what it is and the mend.
    """
    images = list(imgs) if isinstance(imgs, (list, tuple)) else [imgs]
    kind = _kind_of_images(model)
    for img in images:
        check_image(img, 'inference_segmentor', kind)
    load, *rest = pipeline_of(model.cfg.data.test)
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


class LoadImage:
    """The first step of a pipeline for single images: 0.x's own, for pipelines that a project composes itself."""

    def __call__(self, results: dict[str, Any]) -> dict[str, Any]:
        """Load ``results['img']``, a path or an array (H, W, C), and note its names and shapes."""
        path = results['img'] if isinstance(results['img'], str) else None
        img = mmcv.imread(results['img'])
        results.update(filename=path, ori_filename=path, img=img, img_shape=img.shape, ori_shape=img.shape)
        return results


def _kind_of_images(model: nn.Module) -> ImageKind:
    """What the model and the loader of its test pipeline take."""
    load = pipeline_of(model.cfg.data.test)[0]
    colour = load.get('color_type', 'color') if load['type'] == 'LoadImageFromFile' else 'unchanged'
    of_bytes = colour != 'unchanged' and load.get('imdecode_backend') != 'tifffile'
    backbone = dict(unwrap(model).named_children()).get('backbone')
    return ImageKind(None if backbone is None else image_channels(backbone), of_bytes)


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
    require(unwrap(model), DrawsResults, 'show_result_pyplot')
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
