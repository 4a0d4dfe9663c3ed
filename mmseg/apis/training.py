"""Training: a run from its config to its last checkpoint, and the parts of one handed to a runner."""

import copy
import functools
import inspect
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import nn

import mmcv
from mmcv import dist
from mmcv.checkpoint import class_facts, find_latest_checkpoint, read_checkpoint
from mmcv.config import Config
from mmcv.runner import HOOKS, BaseRunner, build_optimizer, build_runner
from mmcv.utils import ConfigError, build_from_cfg, get_git_hash, mkdir_or_exist
from mmcv.utils.env import BUILD_DETAILS
from mmseg.assembly.checks import check_model_and_data, check_runner, naming_checkpoints
from mmseg.assembly.device import wrap_for_device
from mmseg.assembly.fastest import decided, facts
from mmseg.assembly.ignored import check_ignored
from mmseg.assembly.label_shares import check_label_shares
from mmseg.assembly.load import as_config
from mmseg.assembly.loaders import build_test_loader, build_train_datasets, build_train_loader
from mmseg.assembly.model import build_model
from mmseg.assembly.seed import init_random_seed, set_random_seed
from mmseg.assembly.speed import prepare_training, set_backends, with_layout
from mmseg.datasets.classes import check_same_classes
from mmseg.env import collect_env
from mmseg.evaluation.eval_hooks import DistEvalHook, EvalHook
from mmseg.logger import get_root_logger
from mmseg.protocols import Samples, TakesSteps, require
from mmseg.report.hook import ReportHook
from mmseg.samples import class_names, describe_labels, palette, require_labels
from mmseg.settings import Settings
from mmseg.version import __version__
from mmseg.zoo import published_checkpoint


def train(config: str | Path | Config, **overrides: object) -> dict[str, float]:
    """Train as a config says.

    Args:
        config: a path, a bare name, or a loaded config, which is not changed.
        **overrides: arguments of :func:`run_training`, such as ``work_dir`` and ``seed``; anything else is a key of the
            config, dotted where it lies deeper.

    Returns:
        The metrics of the last evaluation on ``data.val``, 'mIoU' among them; none where the run came to none.

    Raises:
        ConfigError: what is wrong with the config, in one line.

    Example:
        >>> train('pspnet_r18-d8_demo', work_dir='work_dirs/short', **{'runner.max_iters': 240})['mIoU']
    """
    metrics: dict[str, float] = {}
    config, arguments = with_overrides(config, run_training, overrides)
    run_training(config, **arguments, metrics=metrics)
    return metrics


def with_overrides(
    config: str | Path | Config, function: Callable, overrides: Mapping[str, object],
) -> tuple[Config, dict[str, object]]:
    """The config with those overrides that are no arguments of a function, and those that are."""
    known = inspect.signature(function).parameters
    cfg = as_config(config).copy()
    cfg.merge_from_dict({key: value for key, value in overrides.items() if key not in known})
    return cfg, {key: value for key, value in overrides.items() if key in known}


def run_training(
    config: str | Path | Config,
    *,
    work_dir: str | None = None,
    load_from: str | None = None,
    resume_from: str | None = None,
    auto_resume: bool = False,
    seed: int | None = None,
    diff_seed: bool = False,
    deterministic: bool = False,
    validate: bool = True,
    device: str | torch.device | None = None,
    distributed: bool = False,
    verbose: bool = False,
    metrics: dict[str, float] | None = None,
) -> nn.Module:
    """Train as a config says: from its work dir, log and seed to the last checkpoint. What ``tools/train.py`` does.

    Args:
        config: a path, a bare name, or a loaded config, which is not changed.
        work_dir, load_from, resume_from, seed: in the place of the config's.
        auto_resume: go on from the newest sound checkpoint of the work dir, if there is one.
        diff_seed: add the rank to the seed of what the model draws.
        deterministic: allow only deterministic algorithms.
        validate: evaluate ``data.val`` as ``evaluation`` says.
        device: in the place of the config's.
        distributed: whether this is one process of a group, which it has joined already.
        verbose: put the whole config, and how PyTorch was built, into the log.
        metrics: the metrics of the last evaluation are put into it.

    Returns:
        The trained segmentor.

    Raises:
        ConfigError: what is wrong with the config, in one line.
    """
    settings = Settings.of(as_config(config), device)
    settings = _of_this_run(settings, work_dir, load_from, resume_from, distributed)
    set_backends(settings)
    if auto_resume or settings.auto_resume:
        settings = settings.changed(resume_from=_newest_checkpoint(settings) or settings.resume_from)
    timestamp, logger = _open_log(settings)
    seed = init_random_seed(_chosen_seed(settings, seed))
    settings = settings.changed(seed=seed)
    set_random_seed(seed + dist.get_dist_info()[0] * diff_seed, deterministic)
    env = collect_env()
    _log_settings(logger, settings, env, verbose)
    logger.info(f'Distributed training: {distributed}, device: {settings.device.type}, seed: {seed}, '
                f'deterministic: {deterministic}')
    datasets = build_train_datasets(settings)
    model = build_model(settings, datasets[0])
    check_model_and_data(settings, model, datasets)
    with naming_checkpoints(settings):
        model.init_weights()
    logger.info(f'Model: {type(model).__name__}, {sum(p.numel() for p in model.parameters()):,} parameters')
    last = _train(model, datasets, settings, distributed, validate, timestamp, _meta(settings, _lines(env)))
    if metrics is not None:
        metrics.update(last)
    logger.info(f'Everything is in {settings.work_dir}')
    return model


def _of_this_run(
    settings: Settings, work_dir: str | None, load_from: str | None, resume_from: str | None, distributed: bool,
) -> Settings:
    return settings.changed(
        work_dir=work_dir or settings.work_dir or str(Path('work_dirs', settings.name)),
        load_from=published_checkpoint(load_from or settings.load_from, settings.config.filename),
        resume_from=resume_from or settings.resume_from,
        device=settings.device.type,
        gpu_ids=list(range(dist.get_dist_info()[1])) if distributed else [settings.device.index or 0])


def train_segmentor(
    model: nn.Module,
    dataset: Samples | Sequence[Samples],
    cfg: Config,
    distributed: bool = False,
    validate: bool = False,
    timestamp: str | None = None,
    meta: dict | None = None,
) -> None:
    """Train ``model`` as ``cfg`` says, until its runner has done its iterations or epochs.

    Args:
        model: a segmentor, on any device, not yet wrapped.
        dataset: the training set, or a list of one set per workflow entry.
        cfg: a whole config with ``work_dir`` set.
        distributed: whether a process group stands and gradients are averaged over it.
        validate: evaluate ``data.val`` every ``evaluation.interval``.
        timestamp: the stem of the log files.
        meta: kept in the log and in every checkpoint.

    Raises:
        ConfigError: a key has a value that means nothing, or the config does not say how long to train, or how.
    """
    datasets = list(dataset) if isinstance(dataset, (list, tuple)) else [dataset]
    settings = Settings.of(cfg)
    check_model_and_data(settings, model, datasets)
    _train(model, datasets, settings, distributed, validate, timestamp, meta)


def _train(
    model: nn.Module, datasets: list[Samples], settings: Settings, distributed: bool, validate: bool,
    timestamp: str | None, meta: dict | None,
) -> dict[str, float]:
    """Train, and give the metrics of the last evaluation."""
    for key, section in (('runner', settings.runner), ('optimizer', settings.optimizer)):
        if section is None:
            where = settings.config.filename or 'config'
            raise ConfigError(f'{where}: `{key} = dict(...)` is missing: inherit one from configs/_base_/schedules')
    require(model, TakesSteps, 'training')
    logger = get_root_logger(log_level=settings.log_level)
    for one in datasets:
        logger.info(f'{type(one).__name__}: {len(one)} samples')
        if meaning := describe_labels(one):
            logger.info(meaning)
    _name_classes(model, datasets)
    trained_on = dict(zip(['data.train'], datasets))
    check_ignored(settings.config, trained_on, model)
    for one in trained_on.values():
        check_label_shares(one, bool(settings.ignored_is_meant))
    loaders = [build_train_loader(settings, one, distributed) for one in datasets]
    before = _ways_of_resumed(settings)
    settings = decided(with_layout(settings, model, before), training=True, before=before, together=True)
    model = wrap_for_device(prepare_training(model, settings), settings, distributed)
    runner = build_runner(
        settings.runner,
        default_args={
            'model': model,
            'optimizer': build_optimizer(model, settings.optimizer),
            'work_dir': settings.work_dir,
            'logger': logger,
            'meta': meta,
        })
    runner.meta['speed'] = facts(settings)
    if timestamp is not None:
        runner.timestamp = timestamp
    _register_hooks(runner, settings)
    if validate:
        _register_evaluation(runner, settings, distributed, trained_on)
    check_runner(settings, runner)
    with naming_checkpoints(settings):
        if settings.resume_from:
            runner.resume(settings.resume_from)
        elif settings.load_from:
            runner.load_checkpoint(published_checkpoint(settings.load_from, settings.config.filename))
    runner.run(loaders, settings.workflow)
    return runner.metrics


def _name_classes(model: nn.Module, datasets: list[Samples]) -> None:
    """Give a caller's own model what it lacks of names and colours of the classes: checkpoints have them from it."""
    known = class_facts(model)
    for dataset in datasets[:1]:
        model.CLASSES = known.get('CLASSES', class_names(dataset))
        model.PALETTE = known.get('PALETTE', palette(dataset))


def _register_hooks(runner: BaseRunner, settings: Settings) -> None:
    checkpoint = settings.checkpoint_config
    if checkpoint is not None:
        checkpoint = copy.copy(checkpoint)  # which knows where its values were set
        checkpoint['meta'] = {
            'mmseg_version': __version__, 'mmcv_version': mmcv.__version__, 'config': settings.config.pretty_text}
    runner.register_training_hooks(
        settings.lr_config,
        _optimizer_config(settings),
        checkpoint,
        settings.log_config,
        settings.momentum_config,
        custom_hooks_config=settings.custom_hooks)


def _register_evaluation(
    runner: BaseRunner, settings: Settings, distributed: bool, trained_on: dict[str, Samples]
) -> None:
    loader = build_test_loader(settings, 'val', distributed)
    require_labels(loader.dataset)
    check_ignored(settings.config, {'data.val': loader.dataset, **trained_on})
    check_same_classes({'the model': class_facts(runner.model).get('CLASSES'), 'data.val': class_names(loader.dataset)})
    by_epoch = settings.runner.type != 'IterBasedRunner'
    hook = DistEvalHook if distributed else EvalHook
    given = {'type': hook, 'dataloader': loader, 'by_epoch': by_epoch}
    evaluation = build_from_cfg(settings.evaluation, HOOKS, given)
    runner.register_hook(evaluation, priority='LOW')
    report = ReportHook(loader.dataset, **settings.report, evaluation=evaluation, config=settings.config)
    runner.register_hook(report, priority='LOWEST')


def _optimizer_config(settings: Settings) -> dict:
    """``optimizer_config`` with the precision that ``amp`` or ``fp16`` asks for.

    A hook that is named decides itself; but of ``amp``, which 0.x has not, its plain ones know nothing.
    """
    config, amp = copy.copy(settings.optimizer_config), settings.amp
    if 'type' in config and not (amp and config['type'] in ('OptimizerHook', 'GradientCumulativeOptimizerHook')):
        return config
    if amp:
        config.update(type='AmpOptimizerHook', **amp)
    elif settings.fp16 is not None:
        config.update(type='Fp16OptimizerHook', **settings.fp16)
    return config


def _open_log(settings: Settings) -> tuple[str, logging.Logger]:
    """Make the work dir, with the config in it: the stem of the log's files, the same on every rank, and the logger."""
    mkdir_or_exist(settings.work_dir)
    timestamp = dist.broadcast_object(time.strftime('%Y%m%d_%H%M%S', time.localtime()))
    if dist.is_main():
        settings.config.dump(str(_config_file(settings)))
    return timestamp, get_root_logger(str(Path(settings.work_dir, f'{timestamp}.log')), settings.log_level)


def _log_settings(logger: logging.Logger, settings: Settings, env: Mapping[str, object], verbose: bool) -> None:
    shown = {name: value for name, value in env.items() if verbose or name != BUILD_DETAILS}
    text = f':\n{settings.config.pretty_text}' if verbose else ' (--verbose shows it here)'
    logger.info(f'Environment:\n{_lines(shown)}')
    logger.info(f'Config: {_config_file(settings)}{text}')


def _config_file(settings: Settings) -> Path:
    return Path(settings.work_dir, f'{settings.name}.py')


def _lines(facts: Mapping[str, object]) -> str:
    return '\n'.join(f'{name}: {value}' for name, value in facts.items())


def _newest_checkpoint(settings: Settings) -> str | None:
    """The newest sound checkpoint of the work dir, which rank 0 looks for: every rank takes the same."""
    return dist.broadcast_object(find_latest_checkpoint(settings.work_dir) if dist.is_main() else None)


def _chosen_seed(settings: Settings, seed: int | None) -> int | None:
    """The seed of the caller, of the config, or of the run that is resumed, whose data stream depends on it."""
    if seed is None and settings.seed is None and settings.resume_from:
        return dist.broadcast_object(_meta_of_resumed(settings).get('seed') if dist.is_main() else None)
    return settings.seed if seed is None else seed


def _ways_of_resumed(settings: Settings) -> Callable[[], Mapping[str, object]] | None:
    """How to find out in which way the run that is resumed convolved; None where none is."""
    @functools.cache
    def read() -> Mapping[str, object]:
        told = _meta_of_resumed(settings).get('speed')
        return told if isinstance(told, dict) else {}

    return read if settings.resume_from else None


def _meta_of_resumed(settings: Settings) -> Mapping[str, object]:
    with naming_checkpoints(settings):
        meta = read_checkpoint(settings.resume_from).get('meta')
    return meta if isinstance(meta, dict) else {}


def _meta(settings: Settings, env: str) -> dict:
    """What the log and every checkpoint of a run say of it."""
    return {
        'env_info': env,
        'seed': settings.seed,
        'exp_name': f'{settings.name}.py',
        'mmseg_version': f'{__version__}+{get_git_hash(digits=7)}',
        'config': settings.config.pretty_text}
