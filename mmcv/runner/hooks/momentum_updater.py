"""Momentum policies, of ``momentum`` or, for Adam and its kin, of the first of ``betas``."""

from collections.abc import Sequence
from typing import Any

from .hook import HOOKS
from .runner import Runner
from .schedule import (
    Cycle,
    OneCycle,
    ScheduleHook,
    Values,
    annealing_cos,
    annealing_linear,
    assign_values,
    check_steps,
    check_target,
    decay_in_steps,
    map_values,
    per_group,
    target_of,
)


def momentum_of(group: dict) -> float:
    """The momentum of a parameter group, 0 for an optimizer without."""
    return group['momentum'] if 'momentum' in group else group.get('betas', (0,))[0]


class MomentumUpdaterHook(ScheduleHook):
    """Base of the policies: a subclass gives ``get_momentum``. A warm-up comes down to the regular momentum.

    Arguments as for :class:`~.schedule.ScheduleHook`.

    Attributes:
        base_momentum: what the parameter groups began with: a list, or a dict of lists with several optimizers.
        regular_momentum: what they have in this iteration without warm-up.
    """

    section = 'momentum_config'
    base_momentum: Values = []
    regular_momentum: Values = []

    def __init__(
        self,
        by_epoch: bool = True,
        warmup: str | None = None,
        warmup_iters: int = 0,
        warmup_ratio: float = 0.9,
        warmup_by_epoch: bool = False,
    ) -> None:
        super().__init__(by_epoch, warmup, warmup_iters, warmup_ratio, warmup_by_epoch)

    def get_momentum(self, runner: Runner, base_momentum: float) -> float:
        """The momentum of this iteration, without warm-up, for a group that began with ``base_momentum``."""
        raise NotImplementedError

    def before_run(self, runner: Runner) -> None:
        for optimizer in runner.optimizers().values():
            if not {'momentum', 'betas'} & set(optimizer.defaults):
                raise ValueError(f'{self.section}: {type(optimizer).__name__} has no momentum: remove {self.section}')
        super().before_run(runner)

    def remember_base(self, runner: Runner) -> None:
        self.base_momentum = runner.of_groups(lambda group: group.setdefault('initial_momentum', momentum_of(group)))

    def get_regular_momentum(self, runner: Runner) -> Values:
        """The momenta of this iteration, without warm-up."""
        return map_values(self.base_momentum, lambda base: self.get_momentum(runner, base))

    def get_warmup_momentum(self, cur_iters: int) -> Values:
        """Those of an iteration of the warm-up, made of the regular ones."""
        factor = self.warmup_factor(cur_iters)
        return map_values(self.regular_momentum, lambda value: value / factor)

    def _set_momentum(self, runner: Runner, momentum_groups: Values) -> None:
        assign_values(runner, momentum_groups, _assign)

    def before_train_iter(self, runner: Runner) -> None:
        self.regular_momentum = self.get_regular_momentum(runner)
        self._set_momentum(
            runner, self.get_warmup_momentum(runner.iter) if self.warms_up(runner) else self.regular_momentum)


def _assign(group: dict, value: float) -> None:
    if 'momentum' in group:
        group['momentum'] = value
    else:
        group['betas'] = (value, *group['betas'][1:])


@HOOKS.register_module()
class StepMomentumUpdaterHook(MomentumUpdaterHook):
    """Times ``gamma`` at each of ``step``, or every ``step`` iterations (epochs); not below ``min_momentum``."""

    def __init__(
        self, step: int | Sequence[int], gamma: float = 0.5, min_momentum: float | None = None, **kwargs: Any
    ) -> None:
        check_steps(self.section, step)
        self.step, self.gamma, self.min_momentum = step, gamma, min_momentum
        super().__init__(**kwargs)

    def get_momentum(self, runner: Runner, base_momentum: float) -> float:
        return decay_in_steps(base_momentum, self.progress(runner)[0], self.step, self.gamma, self.min_momentum)


class _Annealing(MomentumUpdaterHook):
    """A way to ``min_momentum``, or to ``min_momentum_ratio`` times the base; one of the two is given."""

    def __init__(
        self, min_momentum: float | None = None, min_momentum_ratio: float | None = None, **kwargs: Any
    ) -> None:
        check_target(self.section, 'min_momentum', min_momentum, min_momentum_ratio)
        self.min_momentum, self.min_momentum_ratio = min_momentum, min_momentum_ratio
        super().__init__(**kwargs)

    def target(self, base: float) -> float:
        return target_of(base, self.min_momentum, self.min_momentum_ratio)


@HOOKS.register_module()
class CosineAnnealingMomentumUpdaterHook(_Annealing):
    """Half a cosine over the run."""

    def get_momentum(self, runner: Runner, base_momentum: float) -> float:
        done, total = self.progress(runner)
        return annealing_cos(base_momentum, self.target(base_momentum), done / total)


@HOOKS.register_module()
class LinearAnnealingMomentumUpdaterHook(_Annealing):
    """A straight line over the run."""

    def get_momentum(self, runner: Runner, base_momentum: float) -> float:
        done, total = self.progress(runner)
        return annealing_linear(base_momentum, self.target(base_momentum), done / total)


@HOOKS.register_module()
class CyclicMomentumUpdaterHook(MomentumUpdaterHook):
    """Down and up ``cyclic_times`` in a run, against a cyclic rate; arguments as for :class:`~.schedule.Cycle`."""

    def __init__(
        self,
        by_epoch: bool = False,
        target_ratio: float | Sequence[float] = (0.85 / 0.95, 1),
        cyclic_times: int = 1,
        step_ratio_up: float = 0.4,
        anneal_strategy: str = 'cos',
        gamma: float = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(by_epoch, **kwargs)
        self.only_by_iteration()
        self.cycle = Cycle(self.section, target_ratio, cyclic_times, step_ratio_up, anneal_strategy, gamma)

    def get_momentum(self, runner: Runner, base_momentum: float) -> float:
        return self.cycle.value(base_momentum, runner.iter, runner.max_iters)


@HOOKS.register_module()
class OneCycleMomentumUpdaterHook(MomentumUpdaterHook):
    """From ``max_momentum`` to ``base_momentum`` at the peak of a one-cycle learning rate, and back.

    Args:
        base_momentum, max_momentum: a number, a list with one per parameter group, or a dict with one per optimizer.
        pct_start, anneal_strategy, three_phase: as for :class:`~.schedule.OneCycle`.
        by_epoch: count epochs instead of iterations.
    """

    def __init__(
        self,
        base_momentum: float | Sequence[float] | dict = 0.85,
        max_momentum: float | Sequence[float] | dict = 0.95,
        pct_start: float = 0.3,
        anneal_strategy: str = 'cos',
        three_phase: bool = False,
        by_epoch: bool = False,
    ) -> None:
        super().__init__(by_epoch)
        self.only_by_iteration()
        self._base_momentum, self.max_momentum = base_momentum, max_momentum
        self.curve = OneCycle(self.section, pct_start, anneal_strategy, three_phase)

    def before_run(self, runner: Runner) -> None:
        for name, optimizer in runner.optimizers().items():
            groups = optimizer.param_groups
            low, high = (per_group(self.section, argument, value[name] if isinstance(value, dict) else value, groups)
                         for argument, value in (('base_momentum', self._base_momentum),
                                                 ('max_momentum', self.max_momentum)))
            for group, lowest, highest in zip(groups, low, high):
                group.setdefault('base_momentum', lowest)
                group.setdefault('max_momentum', highest)
                group.setdefault('initial_momentum', highest)
        super().before_run(runner)

    def before_train_iter(self, runner: Runner) -> None:
        self.regular_momentum = runner.of_groups(lambda group: self.curve.value(
            group['max_momentum'], group['base_momentum'], group['max_momentum'], runner.iter, runner.max_iters))
        self._set_momentum(runner, self.regular_momentum)
