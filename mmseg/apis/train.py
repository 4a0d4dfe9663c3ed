"""Training: the assembled parts handed to a runner."""

from typing import Any

from torch import nn

import mmcv
from mmcv.config import Config
from mmcv.runner import build_optimizer, build_runner
from mmseg.assembly.parts import build_test_loader, build_train_loader, place, require_labels
from mmseg.assembly.speed import check_speed, mixed_precision, prepare_training
from mmseg.evaluation.eval_hooks import DistEvalHook, EvalHook
from mmseg.evaluation.report_hook import ReportHook
from mmseg.logger import get_root_logger
from mmseg.version import __version__


def train_segmentor(
    model: nn.Module,
    dataset: Any,
    cfg: Config,
    distributed: bool = False,
    validate: bool = False,
    timestamp: str | None = None,
    meta: dict | None = None,
) -> None:
    """Train ``model`` as ``cfg`` says, until ``cfg.runner`` has done its iterations or epochs.

    Args:
        model: a segmentor, on any device, not yet wrapped.
        dataset: the training set, or a list of one set per workflow entry.
        cfg: a whole config with ``work_dir`` set.
        distributed: whether a process group stands and gradients are averaged over it.
        validate: evaluate ``cfg.data.val`` every ``cfg.evaluation.interval``.
        timestamp: the stem of the log files.
        meta: kept in the log and in every checkpoint.

    Raises:
        ConfigError: a key of speed has a value that means nothing.
    """
    check_speed(cfg)
    logger = get_root_logger(log_level=cfg.get('log_level', 'INFO'))
    datasets = list(dataset) if isinstance(dataset, (list, tuple)) else [dataset]
    for one in datasets:
        logger.info(f'{type(one).__name__}: {len(one)} samples')
        if hasattr(one, 'describe_labels'):
            logger.info(one.describe_labels())
    loaders = [build_train_loader(cfg, ds, distributed) for ds in datasets]
    model = place(prepare_training(model, cfg), cfg, distributed)
    runner = build_runner(
        cfg.runner,
        default_args={
            'model': model,
            'optimizer': build_optimizer(model, cfg.optimizer),
            'work_dir': cfg.work_dir,
            'logger': logger,
            'meta': meta,
        })
    if timestamp is not None:
        runner.timestamp = timestamp
    _register_hooks(runner, cfg, datasets[0])
    if validate:
        loader = build_test_loader(cfg, 'val', distributed)
        require_labels(loader.dataset)
        by_epoch = cfg.runner.type != 'IterBasedRunner'
        hook = DistEvalHook if distributed else EvalHook
        runner.register_hook(hook(loader, **{'by_epoch': by_epoch, **cfg.get('evaluation', {})}), priority='LOW')
        runner.register_hook(ReportHook(loader.dataset, **cfg.get('report', {})), priority='LOWEST')
    if cfg.get('resume_from'):
        runner.resume(cfg.resume_from)
    elif cfg.get('load_from'):
        runner.load_checkpoint(cfg.load_from)
    runner.run(loaders, cfg.get('workflow', [('train', 1)]))


def _register_hooks(runner: Any, cfg: Config, dataset: Any) -> None:
    checkpoint = cfg.get('checkpoint_config')
    if checkpoint is not None:
        checkpoint = dict(checkpoint)
        checkpoint['meta'] = {
            'mmseg_version': __version__,
            'mmcv_version': mmcv.__version__,
            'config': cfg.pretty_text,
            'CLASSES': dataset.CLASSES,
            'PALETTE': dataset.PALETTE}
    runner.register_training_hooks(
        cfg.get('lr_config'),
        _optimizer_config(cfg),
        checkpoint,
        cfg.get('log_config'),
        cfg.get('momentum_config'),
        custom_hooks_config=list(cfg.get('custom_hooks', [])))


def _optimizer_config(cfg: Config) -> dict:
    """``optimizer_config`` with the precision that ``amp`` or ``fp16`` asks for."""
    config = dict(cfg.get('optimizer_config') or {})
    if 'type' in config:
        return config
    amp = mixed_precision(cfg)
    if amp:
        return dict(config, type='AmpOptimizerHook', **amp)
    if cfg.get('fp16') is not None:
        return dict(config, type='Fp16OptimizerHook', **cfg.fp16)
    return config
