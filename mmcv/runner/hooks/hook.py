"""The base of all hooks, their registry, and the order in which they run."""

from enum import IntEnum

from mmcv.utils import Registry

from .runner import Runner


class Priority(IntEnum):
    """Hooks run in this order at every stage; those of one priority in the order of their registration.

    The runner's own: learning rate VERY_HIGH, momentum HIGH, optimizer ABOVE_NORMAL, checkpoint NORMAL, iteration timer
    and evaluation LOW, loggers VERY_LOW.
    """

    HIGHEST = 0
    VERY_HIGH = 10
    HIGH = 30
    ABOVE_NORMAL = 40
    NORMAL = 50
    BELOW_NORMAL = 60
    LOW = 70
    VERY_LOW = 90
    LOWEST = 100


def get_priority(priority: int | str | Priority) -> int:
    """The rank of a priority by name; a number from 0 to 100 of an old config is taken as it is.

    Raises:
        ValueError: neither.
    """
    if isinstance(priority, str) and priority.upper() in Priority.__members__:
        return Priority[priority.upper()].value
    if isinstance(priority, int) and 0 <= priority <= 100:
        return int(priority)
    raise ValueError(f'priority {priority!r} is unknown: use one of {", ".join(Priority.__members__)}')


class Hook:
    """Does something at the stages of a run. A subclass overrides the stages it needs; all take the runner.

    ``before_epoch``, ``after_epoch``, ``before_iter`` and ``after_iter`` serve training and validation alike.
    ``before_evaluation`` and ``after_evaluation`` enclose an evaluation of the validation set. Whatever a hook has to
    remember across a restart it puts into the checkpoint in ``before_save_checkpoint`` and takes out of it again in
    ``after_resume``.
    """

    stages = (
        'before_run', 'before_train_epoch', 'before_train_iter', 'after_train_iter', 'after_train_epoch',
        'before_val_epoch', 'before_val_iter', 'after_val_iter', 'after_val_epoch', 'before_evaluation',
        'after_evaluation', 'after_run')

    def before_run(self, runner: Runner) -> None:
        pass

    def after_run(self, runner: Runner) -> None:
        pass

    def before_epoch(self, runner: Runner) -> None:
        pass

    def after_epoch(self, runner: Runner) -> None:
        pass

    def before_iter(self, runner: Runner) -> None:
        pass

    def after_iter(self, runner: Runner) -> None:
        pass

    def before_train_epoch(self, runner: Runner) -> None:
        self.before_epoch(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        self.before_epoch(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        self.after_epoch(runner)

    def after_val_epoch(self, runner: Runner) -> None:
        self.after_epoch(runner)

    def before_train_iter(self, runner: Runner) -> None:
        self.before_iter(runner)

    def before_val_iter(self, runner: Runner) -> None:
        self.before_iter(runner)

    def after_train_iter(self, runner: Runner) -> None:
        self.after_iter(runner)

    def after_val_iter(self, runner: Runner) -> None:
        self.after_iter(runner)

    def before_evaluation(self, runner: Runner) -> None:
        pass

    def after_evaluation(self, runner: Runner) -> None:
        pass

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        pass

    def after_resume(self, runner: Runner, checkpoint: dict) -> None:
        pass

    def close(self, runner: Runner) -> None:
        """Clean up; called at the end of a run, however it ends."""

    def every_n_epochs(self, runner: Runner, n: int) -> bool:
        """Whether the epoch that runs is the n-th, 2n-th, ...; never for n <= 0."""
        return n > 0 and (runner.epoch + 1) % n == 0

    def every_n_inner_iters(self, runner: Runner, n: int) -> bool:
        """Whether the iteration that runs is the n-th, 2n-th, ... of its epoch."""
        return n > 0 and (runner.inner_iter + 1) % n == 0

    def every_n_iters(self, runner: Runner, n: int) -> bool:
        """Whether the iteration that runs is the n-th, 2n-th, ... of the run."""
        return n > 0 and (runner.iter + 1) % n == 0

    def end_of_epoch(self, runner: Runner) -> bool:
        """Whether the iteration that runs is the last of its epoch."""
        return runner.inner_iter + 1 == len(runner.data_loader)

    def is_last_epoch(self, runner: Runner) -> bool:
        return runner.epoch + 1 == runner.max_epochs

    def is_last_iter(self, runner: Runner) -> bool:
        return runner.iter + 1 == runner.max_iters

    def get_triggered_stages(self) -> list[str]:
        """The stages at which this hook does something, in their order."""
        shared = {'before_epoch': ('before_train_epoch', 'before_val_epoch'),
                  'after_epoch': ('after_train_epoch', 'after_val_epoch'),
                  'before_iter': ('before_train_iter', 'before_val_iter'),
                  'after_iter': ('after_train_iter', 'after_val_iter')}
        active = {stage for stage in self.stages if self._overrides(stage)}
        for common, stages in shared.items():
            if self._overrides(common):
                active.update(stages)
        return [stage for stage in self.stages if stage in active]

    def _overrides(self, name: str) -> bool:
        return getattr(type(self), name) is not getattr(Hook, name)


HOOKS = Registry('hook', base=Hook)
