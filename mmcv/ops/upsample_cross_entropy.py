"""Cross entropy of upsampled logits, without the upsampled logits."""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._ignored import ignored_value
from ._load import register
from .reference import upsample_cross_entropy as reference


def _fake(
    logits: Tensor, label: Tensor, weight: Tensor | None, ignore_index: int, align_corners: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    return logits.new_empty(label.shape), logits.new_empty(label.shape), label.new_empty(())


def _fake_backward(
    grad_loss: Tensor, logits: Tensor, label: Tensor, weight: Tensor | None, logsumexp: Tensor, ignore_index: int,
    align_corners: bool,
) -> Tensor:
    return logits.new_empty(logits.shape)


_backward = register(
    'upsample_cross_entropy_backward(Tensor grad_loss, Tensor logits, Tensor label, Tensor? weight, '
    'Tensor logsumexp, int ignore_index, bool align_corners) -> Tensor',
    reference.upsample_cross_entropy_backward,
    _fake_backward,
)


def _setup_context(ctx: FunctionCtx, inputs: tuple, output: tuple[Tensor, Tensor, Tensor]) -> None:
    logits, label, weight, ctx.ignore_index, ctx.align_corners = inputs
    _, logsumexp, hits = output
    ctx.mark_non_differentiable(logsumexp, hits)
    ctx.save_for_backward(logits, label, weight, logsumexp)


def _gradients(ctx: FunctionCtx, grad_loss: Tensor, grad_logsumexp: None, grad_hits: None) -> tuple[Tensor | None, ...]:
    logits, label, weight, logsumexp = ctx.saved_tensors
    grad = _backward(grad_loss, logits, label, weight, logsumexp, ctx.ignore_index, ctx.align_corners)
    return grad, None, None, None, None


_upsample_cross_entropy = register(
    'upsample_cross_entropy(Tensor logits, Tensor label, Tensor? weight, int ignore_index, bool align_corners) '
    '-> (Tensor, Tensor, Tensor)',
    reference.upsample_cross_entropy,
    _fake,
    _gradients,
    _setup_context,
)


def upsample_cross_entropy(
    logits: Tensor, label: Tensor, weight: Tensor | None = None, ignore_index: int | None = 255,
    align_corners: bool = False,
) -> tuple[Tensor, Tensor]:
    r"""Softmax cross entropy of every pixel, between a label map and bilinearly upsampled logits.

    With z = F.interpolate(logits, (H, W), mode='bilinear') and y the label, the loss of a pixel is
    weight[y] * (log sum_k exp(z_k) - z_y), as F.cross_entropy(z, label, weight, reduction='none') gives. The map z of
    (N, K, H, W) never exists, neither forward nor backward: next to the arguments there are two of (N, H, W).

    The gradient of the logits is gathered source pixel by source pixel: the same bits at each call, for any number of
    threads. There is no second derivative, and no gradient of ``weight``.

    Args:
        logits: (N, K, h, w), float16, bfloat16, float32 or float64; the first two are computed in float32.
        label: integer (N, H, W) of classes 0 to K - 1 and ``ignore_index``.
        weight: (K,), one factor per class, or None for ones.
        ignore_index: pixels of this label have the loss 0 and no gradient; None for no such label.
        align_corners: as in F.interpolate.

    Returns:
        The loss (N, H, W) in the type of ``logits`` (float32 for halves), and, as int64 without dimensions, how many
        pixels have the highest logit at their label (NaN is the highest, as for torch.argmax); divided by the number of
        pixels that are not ignored this is the accuracy.

    Raises:
        ValueError: shapes, types or devices do not fit.
        RuntimeError, IndexError: a label on the CPU is neither a class nor ``ignore_index``. On CUDA, where to see that
            would mean to wait for the device, the loss of that pixel is NaN.
    """
    _check(logits, label, weight)
    ignored = ignored_value(ignore_index, 'upsample_cross_entropy')
    if logits.element_size() < 4:
        logits = logits.float()
    weight = weight if weight is None else weight.to(logits.dtype)
    loss, _, hits = _upsample_cross_entropy(logits, label.long(), weight, ignored, align_corners)
    return loss, hits


def _check(logits: Tensor, label: Tensor, weight: Tensor | None) -> None:
    name = 'upsample_cross_entropy'
    if logits.dim() != 4 or not logits.is_floating_point() or 0 in logits.shape[1:]:
        raise ValueError(f'{name}: logits are {logits.dtype} {tuple(logits.shape)}; they must be floating-point '
                         '(N, K, h, w) with at least one class and one pixel')
    if label.dim() != 3 or label.shape[0] != logits.shape[0] or 0 in label.shape[1:]:
        raise ValueError(f'{name}: label is {tuple(label.shape)}; for these logits it must be ({len(logits)}, H, W)')
    if label.is_floating_point() or label.is_complex() or label.dtype == torch.bool:
        raise ValueError(f'{name}: label is {label.dtype}; it must hold classes as integers')
    if weight is not None and weight.shape != logits.shape[1:2]:
        raise ValueError(f'{name}: weight is {tuple(weight.shape)}; it must hold one number for each of the '
                         f'{logits.shape[1]} classes')
    devices = {tensor.device for tensor in (logits, label, weight) if tensor is not None}
    if len(devices) > 1:
        raise ValueError(f'{name}: logits, label and weight are on {sorted(map(str, devices))}; they must be on the '
                         'same device')
