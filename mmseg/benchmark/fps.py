"""Frames per second of a trained model: what ``tools/benchmark.py CONFIG CHECKPOINT`` does, as in 0.x."""

import argparse
import itertools
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from mmcv.config import Config
from mmcv.fileio import dump
from mmcv.parallel import to_device
from mmcv.utils import mkdir_or_exist
from mmseg.assembly.load import as_config, load_config
from mmseg.assembly.loaders import build_test_loader
from mmseg.assembly.model import load_trained
from mmseg.assembly.speed import prepare_inference, set_backends, speed_up
from mmseg.logger import get_root_logger
from mmseg.settings import Settings

_WARM_UP = 5  # images that do not count


def measure_model(args: argparse.Namespace) -> None:
    """Measure, and leave a json of the speeds.

    Raises:
        ValueError: too few images; what is wrong with the config.
    """
    cfg, speeds = load_config(args.config, args.cfg_options), []
    for number in range(args.repeat_times):
        print(f'Run {number + 1}:')
        speeds.append(measure_fps(cfg, args.checkpoint, args.images, args.log_interval, args.device))
        print(f'Overall fps: {speeds[-1]:.2f} img / s\n')
    told = summary_of(args.config, speeds)
    print(f'Average fps of {len(speeds)} evaluations: {told["average_fps"]}')
    print(f'The variance of {len(speeds)} evaluations: {told["fps_variance"]}')
    folder = Path(args.work_dir or Path('work_dirs', Path(args.config).stem))
    path = folder / f'fps_{time.strftime("%Y%m%d_%H%M%S", time.localtime())}.json'
    mkdir_or_exist(folder)
    dump(told, str(path), indent=4)
    print(f'Speeds: {path}')


def measure_fps(
    config: str | Config, checkpoint: str, images: int = 200, interval: int = 50, device: str | None = None,
) -> float:
    """Images per second of the test set, one at a time, from the batch on the device to the label map on the host.

    Args:
        config: a path, a bare name, or a loaded config.
        checkpoint: its weights, as for :func:`mmseg.assembly.model.load_trained`; where there is no such file they are
            random, which takes the same time.
        images: how many, five of them to warm up; a smaller test set is gone through again.
        interval: how often the speed so far is said.
        device: in the place of the config's.

    Raises:
        ValueError: too few images.
    """
    if images <= _WARM_UP:
        raise ValueError(f'--images is {images}: the first {_WARM_UP} do not count')
    settings = Settings.of(as_config(config), device)
    set_backends(settings)
    if checkpoint != 'zoo' and '://' not in checkpoint and not Path(checkpoint).is_file():
        get_root_logger().warning(f'{checkpoint}: there is no such file; measured with random weights')
        checkpoint = None
    loader = build_test_loader(settings, 'test')
    model = prepare_inference(load_trained(settings, checkpoint, loader.dataset), settings).to(settings.device)
    model = speed_up(model, settings).eval()
    spent = 0.0
    for number, batch in enumerate(itertools.islice(_endless(loader), images), 1):
        batch = to_device(batch, settings.device)
        started = _now(settings.device)
        with torch.no_grad():
            model(return_loss=False, rescale=True, **batch)
        elapsed = _now(settings.device) - started
        if number > _WARM_UP:
            spent += elapsed
            if number % interval == 0:
                print(f'Done image [{number:<3}/ {images}], fps: {(number - _WARM_UP) / spent:.2f} img / s', flush=True)
    return (images - _WARM_UP) / spent


def summary_of(config: str, speeds: list[float]) -> dict[str, object]:
    """What 0.x writes into its json: each speed, their mean and variance, in images per second."""
    each = {f'overall_fps_{number}': round(speed, 2) for number, speed in enumerate(speeds, 1)}
    return {'config': config, 'unit': 'img / s', **each, 'average_fps': round(statistics.fmean(speeds), 2),
            'fps_variance': round(statistics.pvariance(speeds), 4)}


def _endless(loader: torch.utils.data.DataLoader) -> Iterator[dict]:
    while True:
        yield from loader


def _now(device: torch.device) -> float:
    if device.type == 'cuda':
        torch.cuda.synchronize(device)
    return time.perf_counter()
