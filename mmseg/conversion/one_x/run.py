"""What surrounds a training in 1.x: hooks, loggers, the processes and where it starts from."""

from mmcv.runner import HOOKS

from .section import NO_COUNTERPART, Section, accepted, bare

#: What writes curves there, and here.
LOGGERS = {'TensorboardVisBackend': 'TensorboardLoggerHook', 'WandbVisBackend': 'WandbLoggerHook',
            'MLflowVisBackend': 'MlflowLoggerHook', 'ClearMLVisBackend': 'ClearMLLoggerHook',
            'NeptuneVisBackend': 'NeptuneLoggerHook', 'DVCLiveVisBackend': 'DvcliveLoggerHook'}
_BY_ITSELF = dict(timer='IterTimerHook', param_scheduler='ParamSchedulerHook', sampler_seed='DistSamplerSeedHook',
                  runtime_info='RuntimeInfoHook')


def read_hooks(top: Section) -> tuple[dict, dict]:
    """``checkpoint_config``, ``log_config`` and ``custom_hooks``; and what of them belongs into ``evaluation``."""
    hooks = top.section('default_hooks')
    for key, kind in _BY_ITSELF.items():
        hook = hooks.section(key)
        hook.expect(type=kind)
        hook.close()
    pictures = hooks.section('visualization')
    pictures.take_all('type', 'interval')
    if pictures.take('draw'):
        pictures.tell('draw', f'{NO_COUNTERPART}: report = dict(pictures=8) shows predictions')
    pictures.close()
    checkpoint, of_evaluation = _checkpoint(hooks.section('checkpoint'))
    found = dict(checkpoint_config=checkpoint) if checkpoint else {}
    found['log_config'] = _logging(top, hooks.section('logger'))
    hooks.close()
    custom = _custom(top)
    return {**found, **(dict(custom_hooks=custom) if custom else {})}, of_evaluation


def _checkpoint(section: Section) -> tuple[dict, dict]:
    section.take('type')
    found = section.take_all('by_epoch', 'interval', 'max_keep_ckpts', 'save_optimizer', 'out_dir', 'save_last')
    section.expect(published_keys=None, save_param_scheduler=True)
    of_evaluation = section.take_all('save_best', 'rule')
    section.close()
    return found, {key: value for key, value in of_evaluation.items() if value is not None}


def _logging(top: Section, section: Section) -> dict:
    """Text always; a curve writer for each of the backends."""
    section.take('type')
    section.expect(log_metric_by_epoch=False, ignore_last=True)
    by_epoch = section.take('log_metric_by_epoch') or False
    interval = section.take('interval', 10)
    section.close()
    processor = top.section('log_processor')
    by_epoch = processor.take('by_epoch', by_epoch)
    processor.expect(type='LogProcessor', window_size=interval)
    processor.close()
    hooks = [dict(type='TextLoggerHook', by_epoch=by_epoch)]
    visualizer = top.section('visualizer')
    visualizer.take_all('name', 'type')
    backends = visualizer.take('vis_backends') or top.take('vis_backends') or ()
    top.take('vis_backends')
    visualizer.close()
    for kind, part in Section.each(backends, 'visualizer.vis_backends', top.lines):
        if kind in LOGGERS:
            hooks.append(dict(type=LOGGERS[kind], by_epoch=by_epoch, **part.take_all('init_kwargs')))
        elif kind != 'LocalVisBackend':
            part.tell('type', f'= {kind!r} {NO_COUNTERPART}')
    return dict(interval=interval, hooks=hooks)


def _custom(top: Section) -> list[dict]:
    """Hooks that there are here, with the arguments that they take."""
    found = []
    for index, hook in enumerate(top.take('custom_hooks') or ()):
        path, kind = f'custom_hooks.{index}', bare(hook.get('type'))
        if kind in HOOKS:
            found.append(accepted({**hook, 'type': kind}, HOOKS, path, top.lines, further=('priority',)))
        else:
            top.lines.append(f'{path}.type = {kind!r} {NO_COUNTERPART}: the hook is left out')
    return found


def read_start(top: Section) -> dict:
    """Processes, seed, and what a training starts from."""
    found: dict = dict(log_level=top.take('log_level', 'INFO'))
    env = top.section('env_cfg')
    found |= env.take_all('cudnn_benchmark')
    processes = env.section('mp_cfg')
    found |= {key: value for key, value in processes.take_all('mp_start_method').items() if value != 'fork'}
    found |= {key: value for key, value in processes.take_all('opencv_num_threads').items() if value}
    processes.close()
    dist = env.take('dist_cfg')
    env.close()
    randomness = top.section('randomness')
    seed = randomness.take('seed')
    randomness.expect(deterministic=False, diff_rank_seed=False)
    if randomness.take('deterministic'):
        randomness.tell('deterministic', 'is an argument here: tools/train.py --deterministic')
    randomness.close()
    load_from, resume = top.take('load_from'), top.take('resume', False)
    if resume:
        found |= dict(resume_from=load_from) if load_from else dict(auto_resume=True)
    elif load_from:
        found['load_from'] = load_from
    found |= dict(dist_params=dict(dist)) if dist else {}
    found |= top.take_all('work_dir', 'find_unused_parameters')
    return {**found, **({} if seed is None else dict(seed=seed))}
