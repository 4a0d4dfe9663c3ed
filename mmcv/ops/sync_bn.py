"""Batch normalisation over the batches of all processes."""
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.modules.batchnorm import _BatchNorm


class SyncBatchNorm(_BatchNorm):
    r"""BatchNorm over the joined batch of a process group, on the CPU (gloo) as on CUDA (nccl).

    In training, with more than one process, the statistics of every channel are those of all processes' pixels
    together, whatever the number that each holds (none, too). Without a process group, alone in one, or in evaluation
    it is nn.BatchNorm. Parameters, buffers and state_dict keys are those of nn.BatchNorm as well.

    The processes' counts n_r, means m_r and centred sums of squares M_r are joined without cancellation (Chan, Golub,
    LeVeque 1979): n = sum n_r, m = sum n_r m_r / n, M = sum (M_r + n_r (m_r - m)^2); the variance is M / n, and
    M / (n - 1) in ``running_var``. Gradients of x are exactly those of BatchNorm over the joined batch; those of weight
    and bias are this process's share, which add up to it.

    Raises:
        ValueError: (in training) the input has another number of channels, or one value a channel in one process.

    Args:
        num_features: channels C of the input (N, C, ...), float16, bfloat16, float32 or float64.
        eps, momentum, affine, track_running_stats: as in nn.BatchNorm2d.
        process_group: the group to join, by default all processes.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
                 track_running_stats: bool = True, process_group: dist.ProcessGroup | None = None,
                 device=None, dtype=None):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device=device, dtype=dtype)
        self.process_group = process_group

    def _check_input_dim(self, x: Tensor) -> None:
        if x.dim() < 2 or x.size(1) != self.num_features:
            raise ValueError(f'SyncBatchNorm: the input is {tuple(x.shape)}; it must be (N, {self.num_features}, ...)')

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (N, C, ...) to the same shape and type."""
        self._check_input_dim(x)
        if not (self.training and _world_size(self.process_group) > 1):
            if self.training and x.numel() == self.num_features:
                raise ValueError('batch norm: the whole batch has one value a channel, which has no variance (the 1x1 '
                                 'pool of PSPNet on one image): set data.samples_per_gpu to 2 or more')
            return super().forward(x)
        y, mean, sum_squares, count = _SyncNorm.apply(x, self.weight, self.bias, self.eps, self.process_group)
        if self.track_running_stats:
            self._track(mean, sum_squares / (count - 1))
        return y

    @torch.no_grad()
    def _track(self, mean: Tensor, variance: Tensor) -> None:
        self.num_batches_tracked += 1
        share = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
        self.running_mean.mul_(1 - share).add_(share * mean)
        self.running_var.mul_(1 - share).add_(share * variance)


class _SyncNorm(torch.autograd.Function):
    """x -> normalised x, and the mean, centred sum of squares and count of the joined batch."""

    @staticmethod
    def forward(ctx, x, weight, bias, eps, group):
        mean, sum_squares, count = _joined_statistics(x, group)
        variance = sum_squares / count
        scale = (variance + eps).rsqrt()
        weight = torch.ones_like(mean) if weight is None else weight.to(mean.dtype)
        bias = torch.zeros_like(mean) if bias is None else bias.to(mean.dtype)
        ctx.group = group
        ctx.save_for_backward(x, weight, mean, scale, count)
        ctx.mark_non_differentiable(mean, sum_squares, count)
        return F.batch_norm(x, mean, variance, weight, bias, eps=eps), mean, sum_squares, count

    @staticmethod
    @once_differentiable
    def backward(ctx, grad, *_):
        x, weight, mean, scale, count = ctx.saved_tensors
        dims, shape = _layout(x)
        grad_wide = grad.to(mean.dtype)
        normed = (x.to(mean.dtype) - mean.view(shape)) * scale.view(shape)
        grad_bias, grad_weight = grad_wide.sum(dims), (grad_wide * normed).sum(dims)

        means = torch.stack([grad_bias, grad_weight])
        dist.all_reduce(means, group=ctx.group)
        means = (means / count).view(2, *shape)
        grad_x = (weight * scale).view(shape) * (grad_wide - means[0] - normed * means[1])
        _, to_weight, to_bias, _, _ = ctx.needs_input_grad
        return grad_x.to(x.dtype), grad_weight if to_weight else None, grad_bias if to_bias else None, None, None


def _joined_statistics(x: Tensor, group) -> tuple[Tensor, Tensor, Tensor]:
    """Mean (C,), centred sum of squares (C,) and count () over the group; float32 for the half types."""
    dims, _ = _layout(x)
    wide = x if x.dtype in (torch.float32, torch.float64) else x.float()
    own = wide.new_zeros(2 * x.size(1) + 1)
    own_count, own_mean, own_squares = own.split([1, x.size(1), x.size(1)])
    if x.numel():  # the mean of nothing would be nan
        variance, mean = torch.var_mean(wide, dims, correction=0)
        own_count.fill_(x.numel() // x.size(1))
        own_mean.copy_(mean)
        own_squares.copy_(variance * own_count)

    everyone = [torch.empty_like(own) for _ in range(_world_size(group))]
    dist.all_gather(everyone, own, group=group)
    counts, means, squares = torch.stack(everyone).split([1, x.size(1), x.size(1)], dim=1)
    count = counts.sum()
    mean = (counts * means).sum(0) / count
    return mean, (squares + counts * (means - mean).square()).sum(0), count


def _layout(x: Tensor) -> tuple[list[int], list[int]]:
    """The dimensions to sum over, and the shape that lets a (C,) tensor broadcast over x."""
    return [0, *range(2, x.dim())], [1, -1] + [1] * (x.dim() - 2)


def _world_size(group) -> int:
    return dist.get_world_size(group) if dist.is_available() and dist.is_initialized() else 1
