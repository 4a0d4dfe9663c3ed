"""Images to label maps, and looking at the result."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from torch import nn

import mmcv
from mmcv.checkpoint import unwrap
from mmseg.inference import Picture, Predictor, Prepared, find_sources
from mmseg.inference.preparation import ImageLike
from mmseg.protocols import DrawsResults, require


class Segmented(NamedTuple):
    """An image and what a model sees in it.

    Attributes:
        name: the path of the file, that of a video with the number of the frame ('street.mp4:12'), or where no file is
            known the number of the image.
        image: as it was loaded, in most configs (H, W, 3) uint8 BGR.
        label: (H, W) class indices.
        probability: (K, H, W) float32, how probable each class is; None where it was not asked for.
    """

    name: str
    image: np.ndarray
    label: np.ndarray
    probability: np.ndarray | None = None


def inference_segmentor(
    model: nn.Module, imgs: ImageLike | Sequence[ImageLike], batch_size: int = 1, return_probability: bool = False,
) -> list[np.ndarray] | tuple[list[np.ndarray], list[np.ndarray]]:
    """Segment images with the test pipeline of the model's config.

    Args:
        model: from :func:`init_segmentor`.
        imgs: a path; an array as the first transform of that pipeline would load it, in most configs (H, W, 3) uint8
            BGR; an image of PIL; or a list of such.
        batch_size: how many images that follow each other and have one size go through the network at once.
        return_probability: also return how probable each class is.

    Returns:
        One (H, W) integer label map per image, at the image's own size. With ``return_probability`` two lists: the
        label maps, and for each image (K, H, W) float32 probabilities that add up to 1.

    Raises:
        ConfigTypeError: something else than paths and such arrays; it tells what it is and the mend.
    """
    images = list(imgs) if isinstance(imgs, (list, tuple)) else [imgs]
    predictor = Predictor(model, batch_size=batch_size)
    for img in images:
        predictor.prepare.check(img, 'inference_segmentor')
    named = ((str(number), predictor.load(img, 'inference_segmentor')) for number, img in enumerate(images))
    results = list(_segmented(predictor, named, return_probability))
    labels = [result.label for result in results]
    return (labels, [result.probability for result in results]) if return_probability else labels


def iterate_segmentor(
    model: nn.Module, source: str | os.PathLike | int | Iterable[ImageLike], batch_size: int = 1,
    return_probability: bool = False,
) -> Iterator[Segmented]:
    """Segment images one after the other; no more than a batch of them is held.

    Args:
        model: from :func:`init_segmentor`.
        source: an image file, a folder with all below it, a pattern (``'data/**/*.jpg'``), a video file, the number of
            a camera; or anything that gives images as :func:`inference_segmentor` takes them.
        batch_size, return_probability: as for :func:`inference_segmentor`.

    Yields:
        Each image with its label map, in order.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a file is no image; it names the file.

    Example:
        >>> for name, image, label, _ in iterate_segmentor(model, 'street.mp4'):
        ...     print(name, (label == 0).mean())
    """
    predictor = Predictor(model, batch_size=batch_size)
    yield from _segmented(predictor, _prepared(predictor, source), return_probability)


def _prepared(
    predictor: Predictor, source: str | os.PathLike | int | Iterable[ImageLike],
) -> Iterator[tuple[str, Prepared]]:
    where = 'iterate_segmentor'
    source = str(source) if isinstance(source, int) else source
    if not isinstance(source, (str, os.PathLike)):
        for number, img in enumerate([source] if isinstance(source, (np.ndarray, Image.Image)) else source):
            name = os.fspath(img) if isinstance(img, (str, os.PathLike)) else str(number)
            yield name, predictor.load(img, where)
        return
    for one in find_sources([source]):
        if isinstance(one, Picture):
            yield one.path, predictor.load(one.path, where)
        else:
            yield from ((frame.name, predictor.load(frame.image, where)) for frame in one.frames(one.open()))


def _segmented(
    predictor: Predictor, named: Iterable[tuple[str, Prepared]], with_probability: bool,
) -> Iterator[Segmented]:
    for batch in predictor.batches(named):
        images = [prepared for _, prepared in batch]
        if with_probability:
            found = [(one.labels.cpu().numpy(), one.probability.float().cpu().numpy())
                     for one in predictor.probabilities(images)]
        else:
            found = [(label, None) for label in predictor.labels(images)]
        for (name, prepared), maps in zip(batch, found):
            yield Segmented(name, prepared.image, *maps)


class LoadImage:
    """The first step of a pipeline for single images: 0.x's own, for pipelines that a project composes itself."""

    def __call__(self, results: dict[str, Any]) -> dict[str, Any]:
        """Load ``results['img']``, a path or an array (H, W, C), and note its names and shapes."""
        path = results['img'] if isinstance(results['img'], str) else None
        img = mmcv.imread(results['img'])
        results.update(filename=path, ori_filename=path, img=img, img_shape=img.shape, ori_shape=img.shape)
        return results


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
    legend: bool = False,
) -> None:
    """Show a segmentation over its image with matplotlib (or write it to ``out_file``).

    Args:
        model: gives names and colours of the classes.
        img: path or (H, W, 3) BGR array of 0 to 255.
        result: what :func:`inference_segmentor` returns for it.
        palette: (K, 3) RGB colours, 0 ... 255; None means those of the model.
        fig_size: width and height in inches.
        opacity: of the colours, above 0 and up to 1.
        title: of the window.
        block: wait until it is closed.
        out_file: write the picture there, and show nothing.
        legend: name the classes that occur.
    """
    require(unwrap(model), DrawsResults, 'show_result_pyplot')
    options = {'legend': True} if legend else {}  # which a user's own model need not know
    drawn = unwrap(model).show_result(img, result, palette=palette, show=False, opacity=opacity, **options)
    if out_file is not None:
        mmcv.imwrite(drawn, out_file)
        return
    import matplotlib.pyplot as plt

    plt.figure(figsize=fig_size)
    plt.imshow(mmcv.bgr2rgb(drawn))
    plt.title(title)
    plt.tight_layout()
    plt.show(block=block)
