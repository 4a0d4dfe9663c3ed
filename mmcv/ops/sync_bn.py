"""Batch normalisation over the batches of all processes."""

import torch
import torch.distributed as dist
import torch.distributed._functional_collectives as collectives
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.modules.batchnorm import _BatchNorm

from ._load import register
from .reference.sync_bn_stats import sync_bn_stats as reference


def _fake(x: Tensor) -> Tensor:
    return x.new_empty((2, x.size(1)), dtype=_wide(x))


def _setup_context(ctx: FunctionCtx, inputs: tuple[Tensor], output: Tensor) -> None:
    ctx.save_for_backward(*inputs, output)


def _backward(ctx: FunctionCtx, grad: Tensor) -> Tensor:
    x, (mean, _) = ctx.saved_tensors
    grad_mean, grad_squares = (row.view(_shape(x)) for row in grad)
    count = x.numel() // max(x.size(1), 1)
    return (grad_mean / count + 2 * grad_squares * (x - mean.view(_shape(x)))).to(x.dtype)


_sync_bn_stats = register('sync_bn_stats(Tensor x) -> Tensor', reference, _fake, _backward, _setup_context)


class _SyncKind(type):
    """Lets torch's own layer pass for a SyncBatchNorm, whom those ask for that look for layers to convert."""

    def __instancecheck__(cls, instance: object) -> bool:
        return super().__instancecheck__(instance) or (cls is SyncBatchNorm and isinstance(instance, nn.SyncBatchNorm))


class SyncBatchNorm(_BatchNorm, metaclass=_SyncKind):
    r"""BatchNorm over the joined batch of a process group, on the CPU (gloo) as on CUDA (nccl).

    In training, with more than one process, the statistics of every channel are those of all processes' pixels
    together, whatever the number that each holds (none, too). Without a process group, alone in one, or in evaluation
    it is nn.BatchNorm. Parameters, buffers and state_dict keys are those of nn.BatchNorm as well.

    The processes' counts n_r, means m_r and centred sums of squares M_r are joined without cancellation (Chan, Golub,
    LeVeque 1979): n = sum n_r, m = sum n_r m_r / n, M = sum (M_r + n_r (m_r - m)^2); the variance is M / n, and
    M / (n - 1) in ``running_var``. Gradients of x are exactly those of BatchNorm over the joined batch; those of weight
    and bias are this process's share, which add up to it. torch.compile keeps all of it in one graph.

    Args:
        num_features: channels C of the input (N, C, ...), float16, bfloat16, float32 or float64.
        eps, momentum, affine, track_running_stats, device, dtype: as in nn.BatchNorm2d.
        process_group: the group to join, by default all processes.

    Raises:
        ValueError: when called in training, if the input has another number of channels, or one value per channel in
            one process.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
                 track_running_stats: bool = True, process_group: dist.ProcessGroup | None = None,
                 device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device=device, dtype=dtype)
        self.process_group = process_group

    def _check_input_dim(self, x: Tensor) -> None:
        if x.dim() < 2 or x.size(1) != self.num_features:
            raise ValueError(f'SyncBatchNorm: the input is {tuple(x.shape)}; it must be (N, {self.num_features}, ...)')

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (N, C, ...) to the same shape and type."""
        self._check_input_dim(x)
        if not self.joins:
            if self.training and x.numel() == self.num_features:
                raise ValueError('batch norm: the whole batch has one value per channel: no variance (the 1x1 '
                                 'pool of PSPNet on one image): set data.samples_per_gpu to 2 or more')
            return super().forward(x)
        weight, bias = (
            torch.full((x.size(1),), default, dtype=_wide(x), device=x.device) if given is None else given.to(_wide(x))
            for given, default in ((self.weight, 1), (self.bias, 0)))
        y, mean, sum_squares, count = _SyncNorm.apply(x, weight, bias, self.eps, self.process_group or dist.group.WORLD)
        if self.track_running_stats:
            self._track(mean, sum_squares / (count - 1).clamp(min=1))
        return y

    @property
    def joins(self) -> bool:
        """Whether a call takes the statistics of several processes together."""
        return self.training and _world_size(self.process_group) > 1

    @torch.no_grad()
    def _track(self, mean: Tensor, variance: Tensor) -> None:
        self.num_batches_tracked += 1
        share = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
        self.running_mean.mul_(1 - share).add_(share * mean)
        self.running_var.mul_(1 - share).add_(share * variance)


class _SyncNorm(torch.autograd.Function):
    """x -> normalised x, and the mean, centred sum of squares and count of the joined batch."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, x: Tensor, weight: Tensor, bias: Tensor, eps: float, group: dist.ProcessGroup,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        mean, sum_squares, count = _joined_statistics(x, group)
        variance = sum_squares / count
        ctx.eps, ctx.group = eps, group
        ctx.save_for_backward(x, weight, mean, variance, count)
        ctx.mark_non_differentiable(mean, sum_squares, count)
        return F.batch_norm(x, mean, variance, weight, bias, eps=eps), mean, sum_squares, count

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, grad: Tensor, *_: None) -> tuple[Tensor | None, ...]:
        x, weight, mean, variance, count = ctx.saved_tensors
        # As if the statistics were constants ...
        grad_x, grad_weight, grad_bias = grad, torch.zeros_like(weight), torch.zeros_like(weight)
        if x.numel():  # torch divides by the size of an empty batch
            grad_x, grad_weight, grad_bias = torch.ops.aten.native_batch_norm_backward(
                grad, x, weight, mean, variance, None, None, False, ctx.eps, [True, True, True])
        # ... and through them: -weight / std * (mean of grad + normalised x * mean of (grad * normalised x)).
        sums = collectives.all_reduce(torch.stack([grad_weight, grad_bias]), 'sum', ctx.group)
        factors = -weight * (variance + ctx.eps).rsqrt() * (sums / count)
        through_stats = F.batch_norm(x, mean, variance, factors[0], factors[1], eps=ctx.eps)
        return grad_x + through_stats, grad_weight, grad_bias, None, None


def statistics_of(node: torch.autograd.graph.Node) -> tuple[Tensor, Tensor]:
    """Mean and variance (C,) of the joined batch, from the ``grad_fn`` of what a layer that joins has given."""
    _, _, mean, variance, _ = node.saved_tensors
    return mean, variance


def _joined_statistics(x: Tensor, group: dist.ProcessGroup) -> tuple[Tensor, Tensor, Tensor]:
    """Mean (C,), centred sum of squares (C,) and count () over the group; float32 for the half types."""
    stats = _sync_bn_stats(x)
    own = torch.cat([stats.flatten(), stats.new_full((1,), x.numel() // x.size(1))])
    everyone = own.new_zeros(_world_size(group), own.numel())
    everyone[dist.get_rank(group)] = own
    # A sum with zeros gathers; unlike a gather it is one and the same function in every torch from 2.10 on.
    everyone = collectives.all_reduce(everyone, 'sum', group)
    means, squares, counts = everyone.split([x.size(1), x.size(1), 1], dim=1)
    count = counts.sum().clamp(min=1)  # no process may hold anything
    mean = (counts * means).sum(0) / count
    return mean, (squares + counts * (means - mean).square()).sum(0), count


def _wide(x: Tensor) -> torch.dtype:
    return torch.float64 if x.dtype == torch.float64 else torch.float32


def _shape(x: Tensor) -> list[int]:
    """What lets a (C,) tensor broadcast over x."""
    return [1, -1] + [1] * (x.dim() - 2)


def _world_size(group: dist.ProcessGroup | None) -> int:
    return dist.get_world_size(group) if dist.is_available() and dist.is_initialized() else 1
