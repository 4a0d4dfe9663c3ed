"""The loop that evaluates a model over a loader."""

from typing import Any

from torch import nn

from mmcv.engine import run_inference
from mmseg.protocols import EvaluatorLike, Loader

from .results import Counted


def evaluate(
    model: nn.Module, data_loader: Loader, progress: bool = True, keep_images: bool = False, **options: Any
) -> EvaluatorLike | list:
    """Count the predictions of all ranks against the labels of the data set, each image once.

    Args:
        model: as for :func:`mmcv.engine.run_inference`.
        data_loader: of a data set that can be evaluated.
        progress: show a progress bar.
        keep_images: have the evaluator keep what it counts of each image.
        options: as for :class:`Counted`.

    Returns:
        What ``dataset.evaluate`` takes, summed up over the ranks.
    """
    counted = Counted(data_loader.dataset, **options)
    if keep_images:
        counted.keep_images()
    run_inference(model, data_loader, counted.add, progress)
    return counted.total()
