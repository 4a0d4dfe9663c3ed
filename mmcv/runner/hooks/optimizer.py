"""Backward pass and weight update: plain, accumulated, in mixed precision."""

import contextlib
import functools
import inspect
import logging
from collections.abc import Iterable
from numbers import Integral
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from mmcv import dist
from mmcv.amp import StaticGradScaler, build_grad_scaler
from mmcv.checkpoint import to_host, unwrap, whole
from mmcv.runner.guard import StepGuard, takes_decision
from mmcv.utils import did_you_mean

from .hook import HOOKS, Hook
from .runner import Runner

_CLIPPING = tuple(inspect.signature(clip_grad_norm_).parameters)[1:]


@runtime_checkable
class HoldsParts(Protocol):
    """A model of whose weights this process holds a part only."""

    def gathered(self) -> contextlib.AbstractContextManager:
        """Inside, the parameters are whole; every rank has to enter it."""


@HOOKS.register_module()
class OptimizerHook(Hook):
    """Backpropagates ``runner.outputs['loss']`` and lets the optimizer step.

    Args:
        grad_clip: arguments of ``torch.nn.utils.clip_grad_norm_`` (max_norm, norm_type); the norm is logged as
            ``grad_norm``. None clips nothing.
        detect_anomalous_params: log, at every iteration, the parameters that the loss does not depend on.
        cumulative_iters: add up the gradients of so many iterations, each of mean 1 / cumulative_iters, for one step.
            The last, shorter group of a run steps too. Processes exchange their gradients only once per step.
        dtype: 'float16' or 'bfloat16' runs the forward pass under ``torch.autocast``; None in the model's own type.
        loss_scale: for float16, see :func:`mmcv.amp.build_grad_scaler`; None scales nothing.
        max_nonfinite: a step whose loss or gradient is infinite or nan on any rank changes nothing, and its files are
            logged; so many of them in a row end the run.
    """

    # Of subclasses, too, whose constructors do not call this one.
    grad_clip: dict | None = None
    detect_anomalous_params = False
    cumulative_iters = 1
    dtype: str | None = None
    loss_scale: float | str | dict | None = None
    max_nonfinite = 10
    scaler: torch.amp.GradScaler | None = None
    _began = False

    def __init__(
        self,
        grad_clip: dict | None = None,
        detect_anomalous_params: bool = False,
        cumulative_iters: int = 1,
        dtype: str | None = None,
        loss_scale: float | str | dict | None = None,
        max_nonfinite: int = 10,
    ) -> None:
        for name, number in (('cumulative_iters', cumulative_iters), ('max_nonfinite', max_nonfinite)):
            if not isinstance(number, Integral) or number < 1:
                raise ValueError(f'optimizer_config.{name} is {number!r}: give an integer, 1 or more')
        if dtype not in (None, 'float16', 'bfloat16'):
            raise ValueError(f"amp.dtype is {dtype!r}: use 'bfloat16' or 'float16'")
        _check_clipping(grad_clip)
        self.grad_clip = grad_clip
        self.detect_anomalous_params = detect_anomalous_params
        self.cumulative_iters = cumulative_iters
        self.dtype = dtype
        self.loss_scale = loss_scale
        self.max_nonfinite = max_nonfinite

    @functools.cached_property
    def guard(self) -> StepGuard:
        """Tells whether a step is bad, and how many were."""
        return StepGuard(self.max_nonfinite)

    @functools.cached_property
    def _unsynchronised(self) -> contextlib.ExitStack:
        return contextlib.ExitStack()

    def before_run(self, runner: Runner) -> None:
        self._prepare(runner)
        if self.dtype is not None:
            runner.step_context = functools.partial(
                torch.autocast, runner.device.type, dtype=getattr(torch, self.dtype))

    def _prepare(self, runner: Runner) -> None:
        if self.scaler is None:
            self._build_scaler(runner.device.type)

    def _build_scaler(self, device: str) -> None:
        scales = self.loss_scale is not None
        self.scaler = build_grad_scaler(self.loss_scale, device) if scales else torch.amp.GradScaler(
            device, enabled=False)

    def before_train_iter(self, runner: Runner) -> None:
        super().before_train_iter(runner)
        if not self._began:
            self.guard.begin(runner.model)
            self._began = True
        self._unsynchronised.close()  # of a subclass with an after_train_iter of its own
        if not self._steps_after(runner) and hasattr(runner.model, 'no_sync'):
            self._unsynchronised.enter_context(runner.model.no_sync())

    def after_train_iter(self, runner: Runner) -> None:
        self._prepare(runner)  # for a subclass with a before_run of its own
        loss = runner.outputs['loss']
        if self.cumulative_iters == 1 or runner.iter % self.cumulative_iters == 0:
            runner.optimizer.zero_grad()
        if self.detect_anomalous_params:
            self.detect_anomalous_parameters(loss, runner)
        factor = self._get_loss_factor(runner)
        self.scaler.scale(loss if factor == 1 else loss / factor).backward()
        self._unsynchronised.close()
        self.guard.add(loss, runner.data_batch)
        if self._steps_after(runner):
            self.step(runner)
            self._began = False

    def step(self, runner: Runner) -> None:
        """Clip the gradients and update the weights, unless the loss or a gradient is infinite or nan."""
        gradients = [p.grad for p in runner.model.parameters() if p.grad is not None]
        bad = self.guard.check(gradients)
        if self.scaler.is_enabled():
            for gradient in gradients[:1]:
                gradient.mul_(torch.where(bad, torch.nan, 1.0))  # so that the scaler decides the same
            self.scaler.unscale_(runner.optimizer)
        if self.grad_clip is not None:
            norm = self.clip_grads(runner.model.parameters())
            if norm is not None:
                runner.log_buffer.update({'grad_norm': norm}, runner.outputs['num_samples'])
        self._update_weights(runner.optimizer, bad)
        self.guard.settle(bad, runner.finished_iters, self._scale_comes_down, runner.logger)

    def _update_weights(self, optimizer: Optimizer, bad: torch.Tensor) -> None:
        if takes_decision(optimizer):
            if not self.scaler.is_enabled():
                optimizer.found_inf, optimizer.grad_scale = bad.float(), None
            self.scaler.step(optimizer)
        elif not bad:
            self.scaler.step(optimizer)
        self.scaler.update()

    def _scale_comes_down(self) -> bool:
        dynamic = self.scaler.is_enabled() and not isinstance(self.scaler, StaticGradScaler)
        return dynamic and self.scaler.get_scale() > 1

    def after_run(self, runner: Runner) -> None:
        self.guard.read(runner.logger)

    def clip_grads(self, params: Iterable[torch.Tensor]) -> torch.Tensor | None:
        """Scale the gradients down to the norm of ``grad_clip``. Returns their norm, None if there are none."""
        params = [p for p in params if p.requires_grad and p.grad is not None]
        return whole(clip_grad_norm_(params, **self.grad_clip)) if params else None

    def detect_anomalous_parameters(self, loss: torch.Tensor, runner: Runner) -> None:
        """Log the parameters that are not in the graph of ``loss``: under DDP they need find_unused_parameters."""
        used, seen, todo = set(), set(), [loss.grad_fn]
        while todo:
            node = todo.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            used.add(id(getattr(node, 'variable', None)))
            todo += [parent for parent, _ in node.next_functions]
        with _gathered(runner.model):
            for name, parameter in runner.model.named_parameters():
                if parameter.requires_grad and id(parameter) not in used:
                    text = f'{name} {tuple(parameter.shape)} is not in the graph of the loss'
                    runner.logger.log(level=logging.ERROR, msg=text)

    def _get_loss_factor(self, runner: Runner) -> int:
        """How many iterations share the step that this one belongs to; the last group of a run may be shorter."""
        if self.cumulative_iters == 1 or runner.max_iters is None:
            return self.cumulative_iters
        begin = runner.iter - runner.iter % self.cumulative_iters
        return min(self.cumulative_iters, runner.max_iters - begin)

    def _steps_after(self, runner: Runner) -> bool:
        last_of_group = self.cumulative_iters == 1 or self.every_n_iters(runner, self.cumulative_iters)
        return last_of_group or self.is_last_iter(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        if self.scaler is not None and self.scaler.is_enabled():
            checkpoint['scaler'] = self.scaler.state_dict()
        if runner.finished_iters % self.cumulative_iters:  # half of a step: its gradients are a part of the state
            with _gathered(runner.model):
                gradients = {name: parameter.grad for name, parameter in unwrap(runner.model).named_parameters()
                             if parameter.grad is not None}
            # The processes have not exchanged them yet: each has its own.
            checkpoint['gradients'] = dist.gather_objects(to_host(gradients, copies=False))
            checkpoint['guard'] = dist.gather_objects(to_host(self.guard.state_dict(), copies=False))

    def after_resume(self, runner: Runner, checkpoint: dict) -> None:
        self._prepare(runner)
        old = checkpoint['meta'].get('fp16', {}).get('loss_scaler')  # where mmcv 1.x kept it
        state = checkpoint.get('scaler', old)
        if state and self.scaler.is_enabled():
            self.scaler.load_state_dict(state)
        guards = checkpoint.get('guard')
        if guards:  # of another number of ranks: their gradients tell as well whether the step is bad
            self.guard.load_state_dict(guards[dist.get_dist_info()[0] % len(guards)], runner.model)
            self._began = True
        gradients = own_gradients(checkpoint.get('gradients', []))
        if not gradients:
            return
        with _gathered(runner.model):
            for name, parameter in unwrap(runner.model).named_parameters():
                if name in gradients:
                    parameter.grad = gradients[name].to(parameter.device)


def _gathered(model: nn.Module) -> contextlib.AbstractContextManager:
    """Inside, the parameters of a sharded model are whole; those of any other always are."""
    return model.gathered() if isinstance(model, HoldsParts) else contextlib.nullcontext()


def own_gradients(of_ranks: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """This rank's gradients by name; with another number of ranks their mean, which comes to the same."""
    rank, world_size = dist.get_dist_info()
    if len(of_ranks) == world_size:
        return of_ranks[rank]
    names = {name for gradients in of_ranks for name in gradients}
    return {name: sum(gradients[name] for gradients in of_ranks if name in gradients) / len(of_ranks) for name in names}


class _Cumulative:
    """What 0.x told of a run whose iterations share steps.

    Attributes:
        initialized: whether the run has begun.
        divisible_iters: how many iterations of the run are in whole groups.
        remainder_iters: how many are in the last, shorter one.
    """

    initialized = False
    divisible_iters = 0
    remainder_iters = 0

    def has_batch_norm(self, module: nn.Module) -> bool:
        """Whether there is a batch norm in a module."""
        return any(isinstance(part, _BatchNorm) for part in module.modules())

    def _init(self, runner: Runner) -> None:
        if runner.max_iters is not None:
            self.remainder_iters = runner.max_iters % self.cumulative_iters
            self.divisible_iters = runner.max_iters - self.remainder_iters
        self.initialized = True

    def after_train_iter(self, runner: Runner) -> None:
        if not self.initialized:
            self._init(runner)
        super().after_train_iter(runner)


@HOOKS.register_module()
class GradientCumulativeOptimizerHook(_Cumulative, OptimizerHook):
    """:class:`OptimizerHook` under the name that 0.x gave to its ``cumulative_iters``."""

    def __init__(self, cumulative_iters: int = 1, **kwargs: Any) -> None:
        super().__init__(cumulative_iters=cumulative_iters, **kwargs)


@HOOKS.register_module()
class Fp16OptimizerHook(OptimizerHook):
    """Mixed precision in float16 with a scaled loss, as ``fp16 = dict(loss_scale=512.0)`` asks for.

    Args:
        grad_clip: as for :class:`OptimizerHook`.
        loss_scale: a number, 'dynamic', or a dict of arguments of ``torch.amp.GradScaler``.
        coalesce, bucket_size_mb, distributed: without effect; DDP reduces the gradients.
        kwargs: the other arguments of :class:`OptimizerHook`.
    """

    def __init__(
        self,
        grad_clip: dict | None = None,
        coalesce: bool = True,
        bucket_size_mb: int = -1,
        loss_scale: float | str | dict = 512.0,
        distributed: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(grad_clip, **{'dtype': 'float16', 'loss_scale': loss_scale, **kwargs})

    @property
    def loss_scaler(self) -> torch.amp.GradScaler:
        """The scaler under its name in 0.x; one of a project's may be set."""
        if self.scaler is None:
            self._build_scaler('cuda' if torch.cuda.is_available() else 'cpu')
        return self.scaler

    @loss_scaler.setter
    def loss_scaler(self, scaler: torch.amp.GradScaler) -> None:
        self.scaler = scaler


@HOOKS.register_module()
class GradientCumulativeFp16OptimizerHook(_Cumulative, Fp16OptimizerHook):
    """:class:`Fp16OptimizerHook` with ``cumulative_iters``."""

    def __init__(self, *args: Any, cumulative_iters: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, cumulative_iters=cumulative_iters, **kwargs)


@HOOKS.register_module()
class AmpOptimizerHook(OptimizerHook):
    """Mixed precision as ``amp = dict(dtype='bfloat16')`` asks for; float16 gets a dynamic scale by itself.

    Arguments as for :class:`OptimizerHook`.
    """

    def __init__(self, dtype: str = 'bfloat16', loss_scale: float | str | dict | None = None, **kwargs: Any) -> None:
        if dtype == 'float16' and loss_scale is None:
            loss_scale = 'dynamic'
        super().__init__(dtype=dtype, loss_scale=loss_scale, **kwargs)


def _check_clipping(grad_clip: dict | None) -> None:
    """Refuse what ``clip_grad_norm_`` does not take."""
    if grad_clip is None:
        return
    if not isinstance(grad_clip, dict) or 'max_norm' not in grad_clip:
        hint = ''.join(did_you_mean('max_norm', [key]) and f', not {key}' for key in grad_clip) if isinstance(
            grad_clip, dict) else ''
        raise ValueError(f'optimizer_config.grad_clip is {grad_clip!r}: use dict(max_norm=35, norm_type=2){hint}')
    for key in grad_clip:
        if key not in _CLIPPING:
            raise ValueError(f'optimizer_config.grad_clip.{key}: there is no such argument'
                             f'{did_you_mean(key, _CLIPPING)}; use {", ".join(_CLIPPING)}')
