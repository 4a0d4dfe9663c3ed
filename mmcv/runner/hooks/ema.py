"""An exponential moving average of the weights."""


import torch

from mmcv.checkpoint import sharded_like, unwrap, whole

from .hook import HOOKS, Hook
from .runner import Runner


@HOOKS.register_module()
class EMAHook(Hook):
    """Evaluates, and saves as ``state_dict``, the moving average of the weights instead of the weights.

    ``average = (1 - m) * average + m * weights`` with ``m = min(momentum ** interval, (1 + i) / (warm_up + i))`` in
    iteration i. The weights that training goes on with are kept in the checkpoint under ``ema``.

    Args:
        momentum: in (0, 1).
        interval: update the average every so many iterations.
        warm_up: the larger, the longer the average follows the weights closely.
        resume_from: a checkpoint to resume from; the same as ``resume_from`` of the config.
    """

    def __init__(
        self, momentum: float = 0.0002, interval: int = 1, warm_up: int = 100, resume_from: str | None = None
    ) -> None:
        if not 0 < momentum < 1 or interval < 1 or warm_up < 1:
            raise ValueError(f'EMAHook needs momentum in (0, 1), interval >= 1 and warm_up >= 1, not {momentum}, '
                             f'{interval} and {warm_up}')
        self.momentum = momentum**interval
        self.interval = interval
        self.warm_up = warm_up
        self.checkpoint = resume_from
        self.average: dict[str, torch.Tensor] = {}
        self._updated = 0

    def before_run(self, runner: Runner) -> None:
        if self.checkpoint is not None:
            runner.resume(self.checkpoint)
        if not self.average:
            self.average = {name: weight.detach().clone() for name, weight in self._weights(runner).items()}

    @staticmethod
    def _weights(runner: Runner) -> dict[str, torch.Tensor]:
        return dict(unwrap(runner.model).named_parameters())

    def after_train_iter(self, runner: Runner) -> None:
        self._update(runner)

    @torch.no_grad()
    def _update(self, runner: Runner) -> None:
        """Take the iteration that is finished into the average, once."""
        if self._updated == runner.finished_iters or runner.iter % self.interval:
            return
        self._updated = runner.finished_iters
        momentum = min(self.momentum, (1 + runner.iter) / (self.warm_up + runner.iter))
        weights = self._weights(runner)
        torch._foreach_lerp_(list(self.average.values()), [weights[name] for name in self.average], momentum)

    def before_evaluation(self, runner: Runner) -> None:
        self._swap(runner)

    def after_evaluation(self, runner: Runner) -> None:
        self._swap(runner)

    @torch.no_grad()
    def _swap(self, runner: Runner) -> None:
        for name, weight in self._weights(runner).items():
            kept = weight.clone()
            weight.copy_(self.average[name])
            self.average[name].copy_(kept)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        self._update(runner)  # of two hooks of one priority the one that saves may come first
        weights = checkpoint['state_dict']
        checkpoint['ema'] = {name: weights[name] for name in self.average}
        weights.update({name: whole(average).cpu() for name, average in self.average.items()})

    @torch.no_grad()
    def after_resume(self, runner: Runner, checkpoint: dict) -> None:
        self._updated = runner.finished_iters
        weights = self._weights(runner)
        self.average = {name: weight.detach().clone() for name, weight in weights.items()}
        for name, trained in checkpoint.get('ema', {}).items():
            weights[name].copy_(sharded_like(trained, weights[name]))
