"""Learning rate policies. ``lr_config = dict(policy='poly', ...)`` names the class without its ``LrUpdaterHook``."""

from collections.abc import Sequence
from itertools import accumulate
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


class LrUpdaterHook(ScheduleHook):
    """Base of the policies: a subclass gives ``get_lr``. Arguments as for :class:`~.schedule.ScheduleHook`.

    Attributes:
        base_lr: what the parameter groups began with: a list, or a dict of lists with several optimizers.
        regular_lr: what they have in this iteration without warm-up.
    """

    section = 'lr_config'
    base_lr: Values = []
    regular_lr: Values = []

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        """The learning rate of this iteration, without warm-up, for a group that began with ``base_lr``."""
        raise NotImplementedError

    def remember_base(self, runner: Runner) -> None:
        self.base_lr = runner.of_groups(lambda group: group.setdefault('initial_lr', group['lr']))

    def get_regular_lr(self, runner: Runner) -> Values:
        """The learning rates of this iteration, without warm-up."""
        return map_values(self.base_lr, lambda base: self.get_lr(runner, base))

    def get_warmup_lr(self, cur_iters: int) -> Values:
        """Those of an iteration of the warm-up, made of the regular ones."""
        factor = self.warmup_factor(cur_iters)
        return map_values(self.regular_lr, lambda value: value * factor)

    def _set_lr(self, runner: Runner, lr_groups: Values) -> None:
        assign_values(runner, lr_groups, lambda group, value: group.update(lr=value))

    def before_train_iter(self, runner: Runner) -> None:
        self.regular_lr = self.get_regular_lr(runner)
        self._set_lr(runner, self.get_warmup_lr(runner.iter) if self.warms_up(runner) else self.regular_lr)


@HOOKS.register_module()
class FixedLrUpdaterHook(LrUpdaterHook):
    """The rate stays what it is."""

    follows_progress = False

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        return base_lr


@HOOKS.register_module()
class StepLrUpdaterHook(LrUpdaterHook):
    """Times ``gamma`` at each of the iterations (or epochs) ``step``, or every ``step`` ones; not below ``min_lr``."""

    def __init__(
        self, step: int | Sequence[int], gamma: float = 0.1, min_lr: float | None = None, **kwargs: Any
    ) -> None:
        check_steps(self.section, step)
        self.step, self.gamma, self.min_lr = step, gamma, min_lr
        super().__init__(**kwargs)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        return decay_in_steps(base_lr, self.progress(runner)[0], self.step, self.gamma, self.min_lr)


@HOOKS.register_module()
class ExpLrUpdaterHook(LrUpdaterHook):
    """Times ``gamma`` at every iteration (or epoch)."""

    def __init__(self, gamma: float, **kwargs: Any) -> None:
        self.gamma = gamma
        super().__init__(**kwargs)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        return base_lr * self.gamma**self.progress(runner)[0]


@HOOKS.register_module()
class PolyLrUpdaterHook(LrUpdaterHook):
    """``(base - min_lr) * (1 - progress) ** power + min_lr``, the schedule of PSPNet and DeepLab."""

    def __init__(self, power: float = 1.0, min_lr: float = 0.0, **kwargs: Any) -> None:
        self.power, self.min_lr = power, min_lr
        super().__init__(**kwargs)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        done, total = self.progress(runner)
        return (base_lr - self.min_lr) * (1 - done / total)**self.power + self.min_lr


@HOOKS.register_module()
class InvLrUpdaterHook(LrUpdaterHook):
    """``base * (1 + gamma * progress) ** -power``."""

    def __init__(self, gamma: float, power: float = 1.0, **kwargs: Any) -> None:
        self.gamma, self.power = gamma, power
        super().__init__(**kwargs)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        return base_lr * (1 + self.gamma * self.progress(runner)[0])**-self.power


class _Annealing(LrUpdaterHook):
    """A way down to ``min_lr``, or to ``min_lr_ratio`` times the base; one of the two is given."""

    def __init__(self, min_lr: float | None = None, min_lr_ratio: float | None = None, **kwargs: Any) -> None:
        check_target(self.section, 'min_lr', min_lr, min_lr_ratio)
        self.min_lr, self.min_lr_ratio = min_lr, min_lr_ratio
        super().__init__(**kwargs)

    def target(self, base_lr: float) -> float:
        return target_of(base_lr, self.min_lr, self.min_lr_ratio)


@HOOKS.register_module()
class CosineAnnealingLrUpdaterHook(_Annealing):
    """Half a cosine over the run: https://arxiv.org/abs/1608.03983 without restarts."""

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        done, total = self.progress(runner)
        return annealing_cos(base_lr, self.target(base_lr), done / total)


@HOOKS.register_module()
class LinearAnnealingLrUpdaterHook(_Annealing):
    """A straight line over the run."""

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        done, total = self.progress(runner)
        return annealing_linear(base_lr, self.target(base_lr), done / total)


@HOOKS.register_module()
class FlatCosineAnnealingLrUpdaterHook(_Annealing):
    """The base rate for the share ``start_percent`` (in [0, 1)) of the run, then half a cosine."""

    def __init__(self, start_percent: float = 0.75, **kwargs: Any) -> None:
        if not 0 <= start_percent < 1:
            raise ValueError(f'{self.section}.start_percent is {start_percent}: give a share in [0, 1)')
        self.start_percent = start_percent
        super().__init__(**kwargs)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        done, total = self.progress(runner)
        start = round(total * self.start_percent)
        if done < start:
            return base_lr
        return annealing_cos(base_lr, self.target(base_lr), (done - start) / (total - start))


@HOOKS.register_module()
class CosineRestartLrUpdaterHook(_Annealing):
    """Half a cosine per period (https://arxiv.org/abs/1608.03983).

    Args:
        periods: the lengths, which have to cover the run.
        restart_weights: how far each period starts towards the base, one number per period.
        **kwargs: as for :class:`LrUpdaterHook`.
    """

    def __init__(self, periods: Sequence[int], restart_weights: Sequence[float] = (1,), **kwargs: Any) -> None:
        if len(periods) != len(restart_weights):
            raise ValueError(f'{self.section}: {len(periods)} periods need as many restart_weights, not '
                             f'{len(restart_weights)}')
        self.periods, self.restart_weights = periods, restart_weights
        super().__init__(**kwargs)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        done, total = self.progress(runner)
        for end, period, weight in zip(accumulate(self.periods), self.periods, self.restart_weights):
            if done < end:
                return annealing_cos(base_lr, self.target(base_lr), (done - end + period) / period, weight)
        raise ValueError(f'{self.section}.periods cover {sum(self.periods)} of {total}: add a period')


@HOOKS.register_module()
class CyclicLrUpdaterHook(LrUpdaterHook):
    """Up and down ``cyclic_times`` in a run; arguments as for :class:`~.schedule.Cycle`."""

    def __init__(
        self,
        by_epoch: bool = False,
        target_ratio: float | Sequence[float] = (10, 1e-4),
        cyclic_times: int = 1,
        step_ratio_up: float = 0.4,
        anneal_strategy: str = 'cos',
        gamma: float = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(by_epoch, **kwargs)
        self.only_by_iteration()
        self.cycle = Cycle(self.section, target_ratio, cyclic_times, step_ratio_up, anneal_strategy, gamma)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        return self.cycle.value(base_lr, runner.iter, runner.max_iters)


@HOOKS.register_module()
class OneCycleLrUpdaterHook(LrUpdaterHook):
    """Up to ``max_lr`` and down again, once (https://arxiv.org/abs/1708.07120).

    Args:
        max_lr: the peak; a list has one per parameter group, a dict one entry per optimizer.
        total_steps: the length; None is the run's.
        pct_start, anneal_strategy, three_phase: as for :class:`~.schedule.OneCycle`.
        div_factor: the peak over the rate at the start.
        final_div_factor: the rate at the start over the rate at the end.
        by_epoch, **kwargs: as for :class:`LrUpdaterHook`.
    """

    def __init__(
        self,
        max_lr: float | Sequence[float] | dict,
        total_steps: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = 'cos',
        div_factor: float = 25,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        by_epoch: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(by_epoch, **kwargs)
        self.only_by_iteration()
        self.max_lr, self.total_steps = max_lr, total_steps
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        self.curve = OneCycle(self.section, pct_start, anneal_strategy, three_phase)

    def before_run(self, runner: Runner) -> None:
        if self.total_steps is not None and self.total_steps < runner.max_iters:
            raise ValueError(f'{self.section}.total_steps is {self.total_steps}, but the run has {runner.max_iters} '
                             'iterations: give at least as many')
        for name, optimizer in runner.optimizers().items():
            peaks = self.max_lr[name] if isinstance(self.max_lr, dict) else self.max_lr
            for group, peak in zip(optimizer.param_groups,
                                   per_group(self.section, 'max_lr', peaks, optimizer.param_groups)):
                group.setdefault('initial_lr', peak / self.div_factor)
        super().before_run(runner)

    def get_lr(self, runner: Runner, base_lr: float) -> float:
        total = self.total_steps or runner.max_iters
        return self.curve.value(
            base_lr, base_lr * self.div_factor, base_lr / self.final_div_factor, runner.iter, total)
