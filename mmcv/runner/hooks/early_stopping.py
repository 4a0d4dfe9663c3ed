"""Stops a run that does not get better."""


from .hook import HOOKS, Hook
from .runner import Runner


@HOOKS.register_module()
class EarlyStoppingHook(Hook):
    """Stops after ``patience`` evaluations in a row without a gain.

    Args:
        monitor: the metric, such as 'mIoU'.
        patience: evaluations to wait.
        min_delta: what counts as a gain.
        rule: 'greater' or 'less': which is better.
    """

    def __init__(
        self, monitor: str = 'mIoU', patience: int = 5, min_delta: float = 0.0, rule: str = 'greater'
    ) -> None:
        if rule not in ('greater', 'less'):
            raise ValueError(f"EarlyStoppingHook: rule is {rule!r}: use 'greater' or 'less'")
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.sign = 1 if rule == 'greater' else -1

    def after_evaluation(self, runner: Runner) -> None:
        if self.monitor not in runner.metrics:
            raise ValueError(f'EarlyStoppingHook: the evaluation has no {self.monitor!r}; it has '
                             f'{", ".join(runner.metrics)}')
        value = self.sign * runner.metrics[self.monitor]
        state = runner.hook_msgs.setdefault('early_stopping', {'best': None, 'waited': 0})
        if state['best'] is None or value > state['best'] + self.min_delta:
            state.update(best=value, waited=0)
        else:
            state['waited'] += 1
        if state['waited'] >= self.patience:
            runner.stop(f'{self.monitor} has not improved in {self.patience} evaluations')
