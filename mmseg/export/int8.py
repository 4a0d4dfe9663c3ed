"""Exported files in 8 bits, by the tools of their runtimes, and what that costs in mIoU."""

import copy
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from mmcv.engine import run_inference
from mmseg.assembly.device import wrap_for_device
from mmseg.assembly.loaders import build_test_loader, pipeline_of
from mmseg.datasets import build_dataset
from mmseg.datasets.builder import innermost
from mmseg.evaluation.results import Counted, Results
from mmseg.protocols import Samples
from mmseg.samples import require_labels, spread
from mmseg.settings import Settings

from .exported import ExportedSegmentor, open_exported
from .facts import Facts
from .onnx_int8 import quantize_onnx
from .openvino_int8 import quantize_openvino
from .runtimes import Run

LARGEST_LOSS = 0.01  # of mIoU; beyond it layers are left in float


def quantize(
    path: Path, out: Path, settings: Settings, images: int, tell: Callable[[str], None] = lambda line: None,
) -> None:
    """Write an exported file anew, with weights and activations of 8 bits.

    Args:
        path: an .onnx or .xml file of :func:`.exporting.export`.
        out: the new file, of the same suffix.
        settings: of the config; ranges are those of images of its ``data.train``, mIoU is that of ``data.val``.
        images: how many of them.
        tell: is called with each line for the user.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    model = open_exported(settings, path)
    calibration = list(calibration_images(model, settings, images))

    def measure(run: Run) -> float:
        return mean_iou(ExportedSegmentor(path.name, run, model.facts, model.test_cfg), settings)

    before = mean_iou(model, settings)
    kind = quantize_onnx if path.suffix == '.onnx' else quantize_openvino
    after, in_float = kind(path, out, calibration, measure, before - LARGEST_LOSS)
    tell(f'int8: mIoU {before:.2%} before, {after:.2%} after, by {len(calibration)} images of the training data')
    if in_float:
        tell(f'left in float: {", ".join(in_float)}')


def require_data(settings: Settings) -> None:
    """Refuse a config whose training images or validation labels are not there; found later, it costs minutes.

    Raises:
        ConfigError: what is missing.
    """
    _training_images(settings)
    require_labels(build_test_loader(settings, 'val').dataset)


def _training_images(settings: Settings) -> Samples:
    """The images of ``data.train`` as the test pipeline prepares them."""
    section = copy.deepcopy(settings.data.train)
    for leaf in innermost(section):
        leaf['pipeline'] = pipeline_of(settings.data.test)
    return build_dataset(section, {'test_mode': True})


def calibration_images(model: ExportedSegmentor, settings: Settings, number: int) -> Iterator[np.ndarray]:
    """Training images, from all over the data set, as the file takes them."""
    dataset = _training_images(settings)
    for index in spread(len(dataset), number):
        image = dataset[index]['img'][0]
        yield model.as_taken(_fitted(torch.as_tensor(image)[None], model.facts))


def _fitted(image: torch.Tensor, facts: Facts) -> torch.Tensor:
    """(1, C, H, W), cut off or filled up where the file takes one size alone, filled up where it takes multiples."""
    height, width = (wanted or -(-side // multiple) * multiple
                     for wanted, side, multiple in zip(facts.size, image.shape[2:], facts.multiple))
    image = image[:, :, :height, :width]
    return torch.nn.functional.pad(image, (0, width - image.shape[3], 0, height - image.shape[2]))


def mean_iou(model: ExportedSegmentor, settings: Settings) -> float:
    """MIoU of ``data.val``, 0 ... 1."""
    loader = build_test_loader(settings, 'val')
    counted = Counted(loader.dataset, metric=['mIoU'])
    run_inference(wrap_for_device(model.eval(), settings, distributed=False), loader, Results(counted))
    quiet = logging.Logger('mmseg.export.int8', logging.ERROR)
    return float(counted.evaluate(quiet)['mIoU'])
