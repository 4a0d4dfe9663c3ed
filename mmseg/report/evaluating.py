"""An evaluation for the page of a run that has left none: an old one, or one of another code base."""

import sys
import time
from dataclasses import replace

from mmcv.checkpoint import class_facts, unwrap
from mmcv.utils import ConfigError
from mmcv.utils.errors import short_path
from mmseg.assembly.device import wrap_for_device
from mmseg.assembly.load import as_config
from mmseg.assembly.loaders import build_test_loader
from mmseg.assembly.model import load_trained
from mmseg.assembly.speed import prepare_inference, set_backends
from mmseg.datasets.classes import check_trained_classes
from mmseg.evaluation.loop import evaluate
from mmseg.evaluation.results import check_evaluation
from mmseg.samples import class_names, require_labels
from mmseg.settings import Settings

from .run import Run, config_lines
from .taking import take_snapshot


def evaluated(run: Run, seconds: float = 60) -> Run:
    """The run with what its best or last checkpoint gives on ``data.val`` of its config, left in its folder.

    Args:
        run: has a config and a checkpoint.
        seconds: for the pictures.

    Raises:
        ConfigError: one of them is missing, or they do not fit.
    """
    if run.config_file is None or run.checkpoint is None:
        lacking = 'config (*.py)' if run.config_file is None else 'checkpoint (*.pth)'
        raise ConfigError(f'{short_path(run.folder)}: there is no {lacking} to evaluate')
    settings = Settings.of(as_config(run.config_file))
    set_backends(settings)
    loader = build_test_loader(settings, 'val')
    options = {name: value for name, value in settings.evaluation.items() if name in ('metric', 'bootstrap')}
    require_labels(loader.dataset)
    check_evaluation(loader.dataset, options, 'evaluation.')
    model = load_trained(settings, str(run.checkpoint), loader.dataset, strict=True)
    check_trained_classes(class_facts(model).get('CLASSES'), class_names(loader.dataset))
    wrapped = wrap_for_device(prepare_inference(model, settings), settings, distributed=False).eval()
    results = evaluate(wrapped, loader, sys.stderr.isatty(), keep_images=True, **options)
    report = settings.report
    snapshot = take_snapshot(
        unwrap(wrapped), loader.dataset, results, report.get('pictures', 8), report.get('bands'), seconds)
    metrics = loader.dataset.evaluate(results, logger='silent', **options)
    snapshot.metrics = {name: float(value) for name, value in metrics.items()}
    snapshot.done, snapshot.when = run.checkpoint.name, time.strftime('%Y-%m-%d %H:%M')
    snapshot.config = config_lines(settings.config)
    snapshot.save(run.folder)
    return replace(run, snapshot=snapshot)
