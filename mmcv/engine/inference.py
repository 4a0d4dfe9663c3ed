"""Predictions for every sample of a loader, in one process or many."""

import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from mmcv import dist
from mmcv.checkpoint import unwrap
from mmcv.parallel import to_device
from mmcv.utils import ProgressBar


def run_inference(
    model: nn.Module, data_loader: DataLoader, consume: Callable[[list, list[int]], None], progress: bool = True
) -> None:
    """Predict batch by batch; nothing is kept, so memory does not grow.

    Args:
        model: called as ``model(return_loss=False, **batch)``; wrapped for parallel running or not.
        data_loader: of this rank's samples.
        consume: called with the results of each batch and the indices of its samples in the data set.
        progress: show a progress bar on rank 0.
    """
    for results, indices, _ in _predictions(model, data_loader, progress):
        consume(results, indices)


def _predictions(model: nn.Module, data_loader: DataLoader, progress: bool) -> Iterator[tuple[list, list[int], dict]]:
    """Results, indices and the batch itself, one batch after the other."""
    was_training = model.training
    model.eval()
    module = unwrap(model)  # the ranks' batches may differ in number, so a wrapper must not synchronise
    device = next((parameter.device for parameter in module.parameters()), torch.device('cpu'))
    total, (rank, world_size) = len(data_loader.dataset), dist.get_dist_info()
    bar = ProgressBar(total, file=sys.stderr) if progress and rank == 0 else None
    shown = 0
    for indices, batch in zip(data_loader.batch_sampler, data_loader):
        batch = to_device(batch, device)
        with torch.no_grad():
            results = module(return_loss=False, **batch)
        yield results, list(indices), batch
        step = min(len(indices) * world_size, total - shown)
        if bar is not None and step > 0:
            bar.update(step)
            shown += step
    model.train(was_training)


def single_gpu_test(
    model: nn.Module,
    data_loader: DataLoader,
    show: bool = False,
    out_dir: str | None = None,
    efficient_test: bool = False,
    opacity: float = 0.5,
    pre_eval: bool = False,
    format_only: bool = False,
    format_args: dict | None = None,
    progress: bool = True,
) -> list:
    """The results of every sample as a list, the 0.x way; :func:`run_inference` keeps nothing.

    Args:
        model, data_loader: as for :func:`run_inference`.
        show: show each prediction over its image in a window.
        out_dir: write these pictures there, by the images' names.
        efficient_test: keep the label maps in ``.npy`` files and list their names (deprecated: use ``pre_eval``).
        opacity: of a prediction over its image, in (0, 1].
        pre_eval: list the results of ``dataset.pre_eval``.
        format_only: list the results of ``dataset.format_results``.
        format_args: for ``format_results``.
        progress: draw a progress bar.

    Raises:
        ValueError: more than one of ``efficient_test``, ``pre_eval`` and ``format_only``.
    """
    collected = []
    turn = _conversion(data_loader.dataset, efficient_test, pre_eval, format_only, format_args or {})
    for results, indices, batch in _predictions(model, data_loader, progress):
        if show or out_dir:
            draw_predictions(unwrap(model), results, batch, data_loader.dataset.PALETTE, show, out_dir, opacity)
        collected.extend(turn(results, indices))
    return collected


def multi_gpu_test(
    model: nn.Module,
    data_loader: DataLoader,
    tmpdir: str | None = None,
    gpu_collect: bool = False,
    efficient_test: bool = False,
    pre_eval: bool = False,
    format_only: bool = False,
    format_args: dict | None = None,
    progress: bool = True,
) -> list | None:
    """As :func:`single_gpu_test` over all ranks: the list on rank 0, None elsewhere.

    Args:
        model, data_loader, efficient_test, pre_eval: as of :func:`single_gpu_test`.
        format_only, format_args, progress: as there.
        tmpdir, gpu_collect: without effect; the process group brings the results together.
    """
    part = single_gpu_test(model, data_loader, efficient_test=efficient_test, pre_eval=pre_eval,
                           format_only=format_only, format_args=format_args, progress=progress)
    return dist.collect_results(part, len(data_loader.dataset))


def collect_results_cpu(result_part: list, size: int, tmpdir: str | None = None) -> list | None:
    """The results of all ranks in the order of the data set on rank 0, None elsewhere.

    Args:
        result_part: this rank's: those of the samples r, r + n, r + 2n, ...
        size: of the data set.
        tmpdir: without effect; the process group brings the results together.
    """
    return dist.collect_results(result_part, size)


def collect_results_gpu(result_part: list, size: int) -> list | None:
    """The same as :func:`collect_results_cpu`."""
    return dist.collect_results(result_part, size)


def _conversion(
    dataset: Dataset, efficient_test: bool, pre_eval: bool, format_only: bool, format_args: dict
) -> Callable[[list, list[int]], list]:
    if efficient_test + pre_eval + format_only > 1:
        raise ValueError('give at most one of efficient_test, pre_eval and format_only')
    if format_only:
        return lambda results, indices: dataset.format_results(results, indices=indices, **format_args)
    if pre_eval:
        return lambda results, indices: dataset.pre_eval(results, indices=indices)
    if efficient_test:
        warnings.warn('efficient_test is deprecated: pre_eval=True needs no files', stacklevel=3)
        return lambda results, indices: [_to_file(result) for result in results]
    return lambda results, indices: results


def _to_file(array: np.ndarray, folder: str = '.efficient_test') -> str:
    Path(folder).mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(suffix='.npy', dir=folder, delete=False) as file:
        np.save(file, array)
    return file.name


def draw_predictions(
    module: nn.Module, results: list[np.ndarray], batch: dict, palette: Sequence[Sequence[int]] | None, show: bool,
    out_dir: str | None, opacity: float,
) -> None:
    """Show the predictions of a batch over its images in a window, or write them into a folder, by the images' names.

    Args:
        module: a segmentor, whose ``show_result`` draws.
        results: a label map (H, W) per image.
        batch: as a test pipeline makes it, one augmentation.
        palette: RGB colours; None are the model's.
        show, out_dir: what to do with them.
        opacity: of a prediction over its image, in (0, 1].
    """
    from mmcv.image import imresize, tensor2imgs  # brings OpenCV, which nothing else here needs

    metas = batch['img_metas'][0]
    as_normalized = {key: metas[0]['img_norm_cfg'][key] for key in ('mean', 'std', 'to_rgb')}
    if batch['img'][0].dtype == torch.uint8:  # that is left to the model
        as_normalized = {'to_rgb': as_normalized['to_rgb']}
    for img, result, meta in zip(tensor2imgs(batch['img'][0], **as_normalized), results, metas):
        height, width = meta['img_shape'][:2]
        img = imresize(img[:height, :width], tuple(meta['ori_shape'][1::-1]))
        out_file = str(Path(out_dir, meta['ori_filename'])) if out_dir else None
        module.show_result(img, [result], palette=palette, show=show, out_file=out_file, opacity=opacity)
