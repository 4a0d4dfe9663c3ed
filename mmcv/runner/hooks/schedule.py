"""What learning rate and momentum schedules share: the hook that sets them, and the curves."""

import math
from collections.abc import Callable, Sequence

from .hook import Hook
from .runner import Runner

Values = list[float] | dict[str, list[float]]  # of the parameter groups; a dict has those of several optimizers
WARMUPS = ('constant', 'linear', 'exp')


class ScheduleHook(Hook):
    """Sets one quantity of every parameter group before each iteration, a pure function of the runner's progress.

    Args:
        by_epoch: the curve follows the finished epochs, not the iterations.
        warmup: None, 'constant', 'linear' or 'exp': how the first iterations differ from the curve.
        warmup_iters: for how many iterations (epochs with ``warmup_by_epoch``).
        warmup_ratio: where the warm-up begins, as a share of the regular value of that iteration, in (0, 1].
        warmup_by_epoch: whether ``warmup_iters`` counts epochs.

    Raises:
        ValueError: a warm-up that does not exist or has no length.
    """

    section: str  # of the config, for messages
    follows_progress = True  # whether the value depends on ``by_epoch`` at all
    warmup_epochs: int | None = None

    def __init__(
        self,
        by_epoch: bool = True,
        warmup: str | None = None,
        warmup_iters: int = 0,
        warmup_ratio: float = 0.1,
        warmup_by_epoch: bool = False,
    ) -> None:
        if warmup is not None and warmup not in WARMUPS:
            raise ValueError(f'{self.section}.warmup is {warmup!r}: use one of {", ".join(WARMUPS)}, or None')
        if warmup is not None and not (warmup_iters > 0 and 0 < warmup_ratio <= 1):
            raise ValueError(f'{self.section}: warmup={warmup!r} needs warmup_iters > 0 and warmup_ratio in (0, 1], '
                             f'not {warmup_iters} and {warmup_ratio}')
        self.by_epoch = by_epoch
        self.warmup = warmup
        self.warmup_epochs = warmup_iters if warmup_by_epoch else None
        self.warmup_iters = None if warmup_by_epoch else warmup_iters  # known when an epoch's length is
        self.warmup_ratio = warmup_ratio
        self.warmup_by_epoch = warmup_by_epoch

    def remember_base(self, runner: Runner) -> None:
        """Keep the values that the groups began the run with, in the groups too, so that a resumed run knows them."""
        raise NotImplementedError

    def before_run(self, runner: Runner) -> None:
        if runner.max_epochs is None:
            counts = f'but {type(runner).__name__} counts iterations'
            if self.by_epoch and self.follows_progress:
                raise ValueError(f'{self.section}: {type(self).__name__} has by_epoch=True, {counts}: '
                                 f'write by_epoch=False in {self.section}')
            if self.warmup and self.warmup_by_epoch:
                raise ValueError(f'{self.section}: warmup_by_epoch=True, {counts}: '
                                 'write warmup_by_epoch=False and warmup_iters in iterations')
        self.remember_base(runner)

    def after_resume(self, runner: Runner, checkpoint: dict) -> None:
        self.remember_base(runner)

    def before_train_epoch(self, runner: Runner) -> None:
        if self.warmup_epochs is not None:
            self.warmup_iters = self.warmup_epochs * len(runner.data_loader)

    def warms_up(self, runner: Runner) -> bool:
        """Whether this iteration belongs to the warm-up."""
        return self.warmup is not None and runner.iter < self.warmup_iters

    def warmup_factor(self, iteration: int) -> float:
        """What the regular value is scaled by in an iteration of the warm-up, in (0, 1]."""
        if self.warmup == 'constant':
            return self.warmup_ratio
        left = 1 - iteration / self.warmup_iters
        return 1 - left * (1 - self.warmup_ratio) if self.warmup == 'linear' else self.warmup_ratio**left

    def progress(self, runner: Runner) -> tuple[int, int]:
        """How far the run is, and its length, in epochs or iterations."""
        return (runner.epoch, runner.max_epochs) if self.by_epoch else (runner.iter, runner.max_iters)

    def only_by_iteration(self) -> None:
        """Refuse ``by_epoch=True`` for a curve that is defined over iterations."""
        if self.by_epoch:
            raise ValueError(f'{self.section}: {type(self).__name__} follows iterations only: write by_epoch=False')


def map_values(values: Values, change: Callable[[float], float]) -> Values:
    """What becomes of each value."""
    if isinstance(values, dict):
        return {name: [change(value) for value in of_one] for name, of_one in values.items()}
    return [change(value) for value in values]


def assign_values(runner: Runner, values: Values, assign: Callable[[dict, float], None]) -> None:
    """``assign(group, value)`` for each parameter group."""
    for name, optimizer in runner.optimizers().items():
        for group, value in zip(optimizer.param_groups, values[name] if isinstance(values, dict) else values):
            assign(group, value)


def target_of(base: float, minimum: float | None, ratio: float | None) -> float:
    """The lowest value of an annealing: given as such, or as a share of the base."""
    return base * ratio if ratio is not None else minimum


def check_target(section: str, name: str, minimum: float | None, ratio: float | None) -> None:
    """Refuse both, or none, of two ways to give the lowest value."""
    if (minimum is None) == (ratio is None):
        raise ValueError(f'{section}: give either {name} or {name}_ratio')


def annealing_cos(start: float, end: float, factor: float, weight: float = 1.0) -> float:
    """From ``weight * start + (1 - weight) * end`` at factor 0 along half a cosine to ``end`` at factor 1."""
    return end + 0.5 * weight * (start - end) * (math.cos(math.pi * factor) + 1)


def annealing_linear(start: float, end: float, factor: float) -> float:
    """From ``start`` at factor 0 to ``end`` at factor 1 in a straight line."""
    return start + (end - start) * factor


def annealing_of(section: str, strategy: str) -> Callable[[float, float, float], float]:
    """The annealing by its name in configs, 'cos' or 'linear'."""
    if strategy not in ('cos', 'linear'):
        raise ValueError(f"{section}.anneal_strategy is {strategy!r}: use 'cos' or 'linear'")
    return annealing_cos if strategy == 'cos' else annealing_linear


def decay_in_steps(base: float, progress: int, step: int | Sequence[int], gamma: float, floor: float | None) -> float:
    """``base`` times ``gamma`` once for each of the steps (or each ``step`` iterations) that have passed."""
    passed = progress // step if isinstance(step, int) else sum(progress >= s for s in step)
    value = base * gamma**passed
    return value if floor is None else max(value, floor)


def check_steps(section: str, step: int | Sequence[int]) -> None:
    """Refuse steps that are no positive integers in order."""
    steps = [step] if isinstance(step, int) else list(step)
    if not all(isinstance(s, int) and s > 0 for s in steps) or steps != sorted(steps):
        raise ValueError(f'{section}.step is {step!r}: give a positive integer or a rising list of such')


class Cycle:
    """A value that rises to ``target_ratio[0]`` times its base and falls to ``target_ratio[1]`` times, again and again.

    Smith, "Cyclical learning rates for training neural networks", https://arxiv.org/abs/1506.01186

    Args:
        section: of the config, for messages.
        target_ratio: the two ratios; a single number r stands for (r, r / 1e5).
        times: cycles in a run.
        up: the share of a cycle that goes up, in [0, 1).
        strategy: 'cos' or 'linear'.
        gamma: by how much the distance of the peak from the base shrinks from cycle to cycle, in (0, 1].
    """

    def __init__(
        self, section: str, target_ratio: float | Sequence[float], times: int, up: float, strategy: str, gamma: float
    ) -> None:
        ratios = [target_ratio] if isinstance(target_ratio, (int, float)) else list(target_ratio)
        if len(ratios) == 1:
            ratios.append(ratios[0] / 1e5)
        if len(ratios) != 2 or not 0 <= up < 1 or not 0 < gamma <= 1 or times < 1:
            raise ValueError(f'{section}: a cycle needs two numbers as target_ratio, step_ratio_up in [0, 1), gamma in '
                             f'(0, 1] and cyclic_times >= 1, not {target_ratio}, {up}, {gamma} and {times}')
        self.peak, self.end = ratios
        self.times, self.up, self.gamma = times, up, gamma
        self.anneal = annealing_of(section, strategy)

    def value(self, base: float, iteration: int, total: int) -> float:
        length = max(total // self.times, 1)
        cycle, position = divmod(iteration, length)
        top = int(self.up * length)
        peak = 1 + self.gamma**cycle * (self.peak - 1)
        if position < top:
            return self.anneal(base, base * peak, position / top)
        return self.anneal(base * peak, base * self.end, (position - top) / (length - top))


class OneCycle:
    """Up, down, and further down once in a run (https://arxiv.org/abs/1708.07120).

    Args:
        section: of the config, for messages.
        pct_start: the share of the run until the peak, in (0, 1].
        strategy: 'cos' or 'linear'.
        three_phase: the way down first mirrors the way up, and only then leads to the end.
    """

    def __init__(self, section: str, pct_start: float, strategy: str, three_phase: bool) -> None:
        if not 0 <= pct_start <= 1:
            raise ValueError(f'{section}.pct_start is {pct_start}: give a share between 0 and 1')
        self.pct_start, self.three_phase = pct_start, three_phase
        self.anneal = annealing_of(section, strategy)

    def value(self, start: float, peak: float, end: float, iteration: int, total: int) -> float:
        """The value at an iteration of ``total``, which begins at ``start`` and ends at ``end``."""
        borders = [self.pct_start * total - 1, total - 1]
        levels = [start, peak, end]
        if self.three_phase:
            borders.insert(1, 2 * self.pct_start * total - 2)
            levels.insert(2, start)
        begin = 0.0
        for border, low, high in zip(borders, levels, levels[1:]):
            if iteration <= border:
                return self.anneal(low, high, (iteration - begin) / (border - begin))
            begin = border
        return end


def per_group(section: str, name: str, value: float | Sequence[float] | dict, groups: list) -> list[float]:
    """One number per parameter group, from a number for all or a list.

    Raises:
        ValueError: a list of another length.
    """
    if isinstance(value, (int, float)):
        return [float(value)] * len(groups)
    if len(value) != len(groups):
        raise ValueError(f'{section}.{name} has {len(value)} values for {len(groups)} parameter groups')
    return list(value)
