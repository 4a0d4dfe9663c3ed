"""Testing: a checkpoint over the images of a config's test set, and what becomes of the label maps."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import nn

import mmcv
from mmcv import dist
from mmcv.checkpoint import class_facts
from mmcv.config import Config
from mmcv.engine import run_inference
from mmcv.utils import ConfigError
from mmseg.assembly.augmented_test import SCALES, with_augmentation
from mmseg.assembly.device import wrap_for_device
from mmseg.assembly.fastest import decided
from mmseg.assembly.load import as_config
from mmseg.assembly.loaders import build_test_loader
from mmseg.assembly.model import load_trained
from mmseg.assembly.speed import prepare_inference, set_backends
from mmseg.datasets.classes import check_trained_classes
from mmseg.evaluation.label_maps import label_maps_by_name
from mmseg.evaluation.results import (
    Counted,
    Drawn,
    Formatted,
    Kept,
    Results,
    check_evaluation,
    check_options,
    format_function,
)
from mmseg.export import is_exported_file, open_exported
from mmseg.logger import get_root_logger
from mmseg.protocols import Samples
from mmseg.samples import class_names, require_labels
from mmseg.settings import Settings

from .training import with_overrides

_OUT = ('.pkl', '.pickle', '.npz', '.json')
_GIVEN = ('results', 'metric', 'logger', 'indices')  # arguments of data sets that are no options


def test(config: str | Path | Config, checkpoint: str, **overrides: object) -> Mapping[str, float]:
    """Evaluate a checkpoint on ``data.test``.

    Args:
        config: a path, a bare name, or a loaded config, which is not changed.
        checkpoint: a path or an address, or 'zoo' for the weights that were published with the config.
        **overrides: arguments of :func:`run_test`, of which ``metrics`` is ['mIoU'] by default; anything else is a key
            of the config, dotted where it lies deeper.

    Returns:
        The metrics by name.

    Raises:
        ConfigError: what is wrong with the config or the arguments, in one line.
    """
    cfg, arguments = with_overrides(config, run_test, {'metrics': ['mIoU'], **overrides})
    return run_test(cfg, checkpoint, **arguments) or {}


test.__test__ = False  # of a user's tests, for pytest


def run_test(
    config: str | Path | Config,
    checkpoint: str,
    *,
    metrics: Sequence[str] = (),
    format_only: bool = False,
    options: Mapping[str, object] | None = None,
    out: str | None = None,
    show: bool = False,
    show_dir: str | None = None,
    opacity: float = 0.5,
    aug_test: bool = False,
    work_dir: str | None = None,
    device: str | torch.device | None = None,
    distributed: bool = False,
) -> Mapping[str, float] | None:
    """Predict every image of ``data.test``, and evaluate, write or draw the label maps. What ``tools/test.py`` does.

    Args:
        config: a path, a bare name, or a loaded config, which is not changed.
        checkpoint: a path or an address, or 'zoo' for the weights that were published with the config; its keys have to
            be those of the model. Or an exported model (.onnx, .xml, .pt2, .pt), in the place of that of the config.
        metrics: what to evaluate: 'mIoU', 'mDice', 'mFscore'. A json of the values is left in the work dir.
        format_only: write files for the test server of the data set; for one without, palette images of class indices.
        options: further arguments of the data set's ``evaluate``, or of its ``format_results`` under ``format_only``.
        out: write the label maps of all images to this file, for :func:`mmcv.load`; until then they are kept in memory.
            A .pkl file holds them in a list, .npz and .json ones by the names of the images.
        show: show each prediction in a window.
        show_dir: draw each prediction into this folder.
        opacity: of a drawn prediction, above 0 and up to 1.
        aug_test: flips and six scales.
        work_dir: where the json goes; by default ``work_dirs/CONFIG``.
        device: in the place of the config's.
        distributed: whether this is one process of a group, which it has joined already.

    Returns:
        The metrics by name, on rank 0; None elsewhere, and without ``metrics``.

    Raises:
        ConfigError: what is wrong with the config or the options, in one line.
    """
    if out and not out.endswith(_OUT):
        raise ConfigError(f'--out {out}: the file has to end in {", ".join(_OUT)}')
    settings = _with_arguments(Settings.of(as_config(config), device), aug_test, distributed)
    set_backends(settings)
    loader = build_test_loader(settings, 'test', distributed)
    dataset, options = loader.dataset, dict(options or {})
    _check(dataset, options, bool(metrics), format_only)
    model = _trained(settings, checkpoint, dataset)
    counted = Counted(dataset, metric=list(metrics), **options) if metrics else None
    kept = Kept() if out else None
    formatted = Formatted(dataset, **options) if format_only else None
    bands = settings.report.get('bands')
    drawn = Drawn(dataset, model, show_dir, show, opacity, bands) if show or show_dir else None
    takers = Results(*(taker for taker in (counted, kept, formatted, drawn) if taker is not None))
    run_inference(wrap_for_device(model, settings, distributed=False), loader, takers)
    if kept is not None:
        _dump(kept.total(), dataset, out)
    if formatted is not None and dist.is_main():
        get_root_logger(log_level=settings.log_level).info(f'Label maps: {formatted.folder}')
    return None if counted is None else _evaluate(counted, settings, work_dir, aug_test)


def _trained(settings: Settings, checkpoint: str, dataset: Samples) -> nn.Module:
    if exported := is_exported_file(checkpoint):
        model = open_exported(settings, checkpoint)
    else:
        model = load_trained(settings, checkpoint, dataset, strict=True)
    check_trained_classes(class_facts(model).get('CLASSES'), class_names(dataset))
    return model.eval() if exported else prepare_inference(model, settings)


def _dump(label_maps: list, dataset: Samples, out: str) -> None:
    if dist.is_main():
        mmcv.dump(label_maps if out.endswith(('.pkl', '.pickle')) else label_maps_by_name(dataset, label_maps), out)


def _check(dataset: Samples, options: dict, evaluates: bool, format_only: bool) -> None:
    """Refuse what would fail only after hours of inference."""
    if evaluates:
        require_labels(dataset)
        check_evaluation(dataset, options, '--eval-options ', _GIVEN)
    elif format_only:
        check_options(format_function(dataset), options, '--eval-options ', _GIVEN)


def _with_arguments(settings: Settings, aug_test: bool, distributed: bool) -> Settings:
    """The settings of this test: its GPU, flips and scales in its pipeline (``aug_test``), its way to convolve."""
    settings = settings.changed(gpu_ids=[settings.device.index or 0])
    if aug_test:
        settings = with_augmentation(settings, SCALES, flip=True)
    return decided(settings, training=False, together=distributed)


def _evaluate(
    counted: Counted, settings: Settings, work_dir: str | None, aug_test: bool,
) -> Mapping[str, float] | None:
    """The metrics, which the main process leaves as json too."""
    logger = get_root_logger(log_level=settings.log_level)
    metrics = counted.evaluate(logger)
    if dist.is_main():
        stamp = time.strftime('%Y%m%d_%H%M%S', time.localtime())
        path = Path(work_dir or Path('work_dirs', settings.name),
                    f'eval_{"multi" if aug_test else "single"}_scale_{stamp}.json')
        mmcv.dump({'config': settings.config.filename, 'metric': metrics}, str(path))
        logger.info(f'Metrics: {path}')
    return metrics
