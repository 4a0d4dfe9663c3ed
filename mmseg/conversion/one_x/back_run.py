"""Optimizer, learning rate and hooks as 1.x writes them: the way back of :mod:`.schedule` and :mod:`.run`."""

from .back_pipeline import OurSection
from .run import LOGGERS
from .section import bare


def write_optimizer(top: OurSection) -> dict:
    """``optim_wrapper`` out of ``optimizer``, ``optimizer_config`` and ``fp16`` or ``amp``."""
    optimizer = top.take('optimizer')
    gradients, fp16, amp = top.section('optimizer_config'), top.take('fp16'), top.take('amp')
    if optimizer is None:
        gradients.rest()
        return {}
    optimizer = dict(optimizer)
    found = {key: optimizer.pop(key) for key in ('paramwise_cfg', 'constructor') if key in optimizer}
    found = dict(type='OptimWrapper', optimizer=optimizer, **found)
    kind = bare(gradients.take('type', 'OptimizerHook'))
    if (clip := gradients.take('grad_clip')) is not None:
        found['clip_grad'] = dict(clip)
    if (steps := gradients.take('cumulative_iters', 1)) != 1:
        found['accumulative_counts'] = steps
    if fp16 is not None or 'Fp16' in kind:
        scale = gradients.take('loss_scale', (fp16 or {}).get('loss_scale', 'dynamic'))
        found |= dict(type='AmpOptimWrapper', loss_scale=scale)
    elif amp:
        amp = amp if isinstance(amp, dict) else {}
        found |= dict(type='AmpOptimWrapper', **({} if amp.get('dtype') != 'bfloat16' else dict(dtype='bfloat16')))
        if amp.get('dtype') == 'auto':
            top.tell('amp.dtype', f"= 'auto' {top.missing}: float16 there")
    gradients.close()
    return dict(optim_wrapper=found)


def write_schedule(top: OurSection, length: int | None) -> dict:
    """``param_scheduler`` out of ``lr_config``."""
    section = top.section('lr_config')
    if not section:
        return {}
    policy, by_epoch = section.take('policy', 'fixed'), section.take('by_epoch', True)
    found = []
    if (warmup := section.take('warmup')) is not None:
        end, ratio = section.take('warmup_iters', 0), section.take('warmup_ratio', 0.1)
        if warmup not in ('linear', 'constant'):
            section.tell('warmup', f'= {warmup!r} {section.missing}: linear there')
        factor = dict(factor=ratio) if warmup == 'constant' else dict(start_factor=ratio)
        found.append(dict(type='ConstantLR' if warmup == 'constant' else 'LinearLR', **factor, begin=0, end=end,
                          by_epoch=section.take('warmup_by_epoch', False)))
    span = dict(begin=0, **({} if length is None else dict(end=length)), by_epoch=by_epoch)
    if policy == 'poly':
        found.append(dict(type='PolyLR', eta_min=section.take('min_lr', 0.0), power=section.take('power', 1.0), **span))
    elif policy == 'CosineAnnealing':
        target = section.take_all('min_lr', 'min_lr_ratio')
        names = dict(min_lr='eta_min', min_lr_ratio='eta_min_ratio')
        found.append(dict(type='CosineAnnealingLR', **({} if length is None else dict(T_max=length)),
                          **{names[key]: value for key, value in target.items()}, **span))
    elif policy == 'step':
        step, gamma = section.take('step'), section.take('gamma', 0.1)
        when = dict(type='MultiStepLR', milestones=step) if not isinstance(step, int) else dict(
            type='StepLR', step_size=step)
        found.append(dict(**when, gamma=gamma, **span))
    elif policy == 'exp':
        found.append(dict(type='ExponentialLR', gamma=section.take('gamma'), **span))
    elif policy != 'fixed':
        section.tell('policy', f'= {policy!r} {section.missing}')
        section.rest()
    section.close()
    return dict(param_scheduler=found)


def write_hooks(top: OurSection, by_epoch: bool) -> dict:
    """``default_hooks`` and ``visualizer`` out of ``checkpoint_config``, ``log_config`` and part of ``evaluation``."""
    checkpoint, log = top.section('checkpoint_config'), top.section('log_config')
    checkpoint.take('type')
    hook = dict(type='CheckpointHook', by_epoch=checkpoint.take('by_epoch', True))
    hook |= checkpoint.take_all('interval', 'max_keep_ckpts', 'save_optimizer', 'out_dir', 'save_last')
    checkpoint.close()
    backends = [dict(type='LocalVisBackend')]
    names = {ours: theirs for theirs, ours in LOGGERS.items()}
    for kind, part in OurSection.each(log.take('hooks') or (), 'log_config.hooks', top.lines):
        part.take_all('by_epoch', 'interval')
        if kind in names:
            backends.append(dict(type=names[kind], **part.take_all('init_kwargs')))
        elif kind != 'TextLoggerHook':
            part.tell('type', f'= {kind!r} {part.missing}')
    logger = dict(type='LoggerHook', interval=log.take('interval', 50), log_metric_by_epoch=by_epoch)
    log.close()
    hooks = dict(timer=dict(type='IterTimerHook'), logger=logger, param_scheduler=dict(type='ParamSchedulerHook'),
                 checkpoint=hook, sampler_seed=dict(type='DistSamplerSeedHook'),
                 visualization=dict(type='SegVisualizationHook'))
    visualizer = dict(type='SegLocalVisualizer', vis_backends=backends, name='visualizer')
    return dict(default_hooks=hooks, visualizer=visualizer, log_processor=dict(by_epoch=by_epoch))


def write_start(top: OurSection) -> dict:
    """``env_cfg``, ``randomness``, and what a training starts from."""
    dist = dict(top.take('dist_params') or dict(backend='nccl'))
    env = dict(cudnn_benchmark=bool(top.take('cudnn_benchmark', False)),
               mp_cfg=dict(mp_start_method=top.take('mp_start_method') or 'fork',
                           opencv_num_threads=top.take('opencv_num_threads') or 0), dist_cfg=dist)
    resume_from, auto = top.take('resume_from'), top.take('auto_resume')
    load_from = top.take('load_from')
    found = dict(default_scope='mmseg', env_cfg=env, log_level=top.take('log_level', 'INFO'),
                 load_from=resume_from or load_from, resume=bool(resume_from or auto),
                 **top.take_all('work_dir', 'find_unused_parameters'))
    seed = top.take('seed')
    return {**found, **({} if seed is None else dict(randomness=dict(seed=seed)))}
