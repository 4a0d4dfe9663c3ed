"""Optimizer, learning rate, length and hooks of the training: ``optim_wrapper``, ``param_scheduler``, ..., as ours."""

from collections.abc import Mapping

from .section import NO_COUNTERPART, Section, bare

_PARAMWISE = ('base_lr', 'base_wd', 'custom_keys', 'bias_lr_mult', 'bias_decay_mult', 'norm_decay_mult',
              'dwconv_decay_mult', 'dcn_offset_lr_mult', 'bypass_duplicate', 'decay_rate', 'decay_type', 'num_layers',
              'layer_decay_rate')
_CONSTRUCTORS = ('LearningRateDecayOptimizerConstructor', 'LayerDecayOptimizerConstructor')


def read_optimizer(top: Section) -> dict:
    """``optimizer``, ``optimizer_config`` and, in mixed precision, ``fp16`` or ``amp``."""
    wrapper = top.section('optim_wrapper')
    if not wrapper:
        return {}
    top.take('optimizer')  # a variable there
    found = dict(optimizer=_optimizer(wrapper))
    kind = bare(wrapper.take('type', 'OptimWrapper'))
    gradients: dict = {}
    if (clip := wrapper.take('clip_grad')) is not None:
        gradients['grad_clip'] = {key: value for key, value in clip.items() if key != 'type'}
        if clip.get('type', 'norm') != 'norm':
            wrapper.tell('clip_grad.type', f'= {clip["type"]!r} {NO_COUNTERPART}: gradients are clipped by their norm')
    precision = _precision(wrapper) if kind == 'AmpOptimWrapper' else {}
    if (steps := wrapper.take('accumulative_counts', 1)) != 1:
        gradients |= _accumulation(precision, steps)
    if kind not in ('AmpOptimWrapper', 'OptimWrapper'):
        wrapper.tell('type', f'= {kind!r} {NO_COUNTERPART}')
    wrapper.close()
    return {**found, 'optimizer_config': gradients, **precision}


def _accumulation(precision: dict, steps: int) -> dict:
    """A hook of 0.x that is named decides on the precision of the training, too."""
    if 'fp16' in precision:
        return dict(type='GradientCumulativeFp16OptimizerHook', cumulative_iters=steps, **precision['fp16'])
    return dict(cumulative_iters=steps, **({} if precision else dict(type='GradientCumulativeOptimizerHook')))


def _precision(wrapper: Section) -> dict:
    """float16 scales the loss from a dynamic scale on, unless another is given; bfloat16 needs none."""
    scale, dtype = wrapper.take('loss_scale', 'dynamic'), wrapper.take('dtype')
    wrapper.expect(use_fsdp=False)
    if dtype == 'bfloat16':
        return dict(amp=dict(dtype='bfloat16'))
    return dict(fp16=dict(loss_scale=scale))


def _optimizer(wrapper: Section) -> dict:
    found = dict(wrapper.take('optimizer') or {})
    if isinstance(found.get('type'), str):
        found['type'] = bare(found['type'])
    constructor = wrapper.take('constructor')
    if constructor is not None:
        if bare(constructor) in _CONSTRUCTORS:
            found['constructor'] = bare(constructor)
        elif bare(constructor) != 'DefaultOptimWrapperConstructor':
            wrapper.tell('constructor', f'= {constructor!r} {NO_COUNTERPART}')
    paramwise = wrapper.section('paramwise_cfg')
    given = paramwise.take_all(*_PARAMWISE)
    paramwise.close()
    return {**found, **({'paramwise_cfg': given} if given else {})}


def read_schedule(top: Section, length: int | None) -> dict:
    """``lr_config``: one policy after at most one warm-up.

    Args:
        top: the config.
        length: iterations (or epochs) of the training, if known.
    """
    schedulers = top.take('param_scheduler') or []
    several = isinstance(schedulers, (list, tuple))
    policy, warmup = {}, {}
    for index, scheduler in enumerate(schedulers if several else [schedulers]):
        path = top.where('param_scheduler') + (f'.{index}' if several else '')
        section = Section(scheduler, path, top.lines)
        kind = bare(section.take('type'))
        begin, end = section.take('begin', 0), section.take('end')
        if kind in _WARMUPS and not begin and (end is None or length is None or end < length):
            warmup = _warmup(kind, end, section)
        elif kind in _POLICIES and not policy:
            policy = dict(_POLICIES[kind](section, begin), by_epoch=section.take('by_epoch', True))
            _tell_span(section, kind, begin, end, length)
        else:
            section.tell('type', f'= {kind!r} {NO_COUNTERPART}' + (' behind another policy' if policy else ''))
            section.rest()
        section.expect(verbose=False, last_step=-1, convert_to_iter_based=True)
        section.close()
    if warmup and not policy:
        policy = dict(policy='fixed', by_epoch=False)
    return dict(lr_config={**policy, **warmup}) if policy else {}


def _warmup(kind: str, end: int | None, section: Section) -> dict:
    by_epoch = section.take('by_epoch', True) and not section.take('convert_to_iter_based', False)
    section.expect(end_factor=1.0)
    if kind == 'LinearLR':
        ratio = section.take('start_factor', 1 / 3)
    else:
        ratio = section.take('factor', 1 / 3)
    found = dict(warmup='linear' if kind == 'LinearLR' else 'constant', warmup_iters=end, warmup_ratio=ratio)
    return {**found, **({'warmup_by_epoch': True} if by_epoch else {})}


def _tell_span(section: Section, kind: str, begin: int, end: int | None, length: int | None) -> None:
    """Policies run over the whole training here."""
    if begin and kind in _OVER_ALL:
        section.tell('begin', f'= {begin}: the policy counts from 0 here, and the warm-up multiplies it, as in 0.x')
    if end is not None and length is not None and end != length and kind in _OVER_ALL:
        section.tell('end', f'= {end}: the policy ends with the training here, at {length}')


def _poly(section: Section, begin: int) -> dict:
    return dict(policy='poly', power=section.take('power', 1.0), min_lr=section.take('eta_min', 0.0))


def _cosine(section: Section, begin: int) -> dict:
    section.take('T_max')
    ratio = section.take('eta_min_ratio')
    target = dict(min_lr=section.take('eta_min', 0.0)) if ratio is None else dict(min_lr_ratio=ratio)
    return dict(policy='CosineAnnealing', **target)


def _steps(section: Section, begin: int) -> dict:
    """Milestones count from where the scheduler begins there."""
    steps = [milestone + begin for milestone in section.take('milestones')]
    return dict(policy='step', step=steps, gamma=section.take('gamma', 0.1))


def _step(section: Section, begin: int) -> dict:
    return dict(policy='step', step=section.take('step_size'), gamma=section.take('gamma', 0.1))


def _exponential(section: Section, begin: int) -> dict:
    return dict(policy='exp', gamma=section.take('gamma'))


_WARMUPS = ('LinearLR', 'ConstantLR')
_POLICIES = {'PolyLR': _poly, 'CosineAnnealingLR': _cosine, 'MultiStepLR': _steps, 'StepLR': _step,
             'ExponentialLR': _exponential}
_OVER_ALL = ('PolyLR', 'CosineAnnealingLR', 'StepLR', 'ExponentialLR')


def read_length(top: Section) -> dict:
    """``runner``, and the ``interval`` of ``evaluation``, from ``train_cfg``; the loops of tests need nothing."""
    for loop, kind in (('val_cfg', 'ValLoop'), ('test_cfg', 'TestLoop')):
        section = top.section(loop)
        section.expect(type=kind, fp16=False)
        section.close()
    section = top.section('train_cfg')
    if not section:
        return {}
    kind = bare(section.take('type') or ('EpochBasedTrainLoop' if section.take('by_epoch', False) else ''))
    by_epoch = kind == 'EpochBasedTrainLoop'
    length = section.take_all('max_epochs' if by_epoch else 'max_iters')
    interval = section.take('val_interval', 1 if by_epoch else 1000)
    start = section.take('val_begin', 1)
    section.expect(by_epoch=by_epoch)
    section.close()
    evaluation = dict(interval=interval, **(dict(start=start) if start > 1 else {}),
                      **(dict(by_epoch=True) if by_epoch else {}))
    return dict(runner=dict(type='EpochBasedRunner' if by_epoch else 'IterBasedRunner', **length),
                evaluation=evaluation)


def length_of(runner: Mapping) -> int | None:
    """Iterations or epochs of a training."""
    return runner.get('max_iters', runner.get('max_epochs'))
