"""Cross entropy of upsampled logits in plain PyTorch."""

import torch
import torch.nn.functional as F
from torch import Tensor


def upsample_cross_entropy(
    logits: Tensor, label: Tensor, weight: Tensor | None, ignore_index: int, align_corners: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """See :func:`mmcv.ops.upsample_cross_entropy`; loss and logsumexp (N, H, W), and the number of hits."""
    z = _upsample(logits, label, align_corners)
    loss = F.cross_entropy(z, label, weight, ignore_index=ignore_index, reduction='none')
    hits = ((z.argmax(1) == label) & (label != ignore_index)).sum()
    best = z.amax(1)
    # as the loss has it: NaN of infinities, which torch.logsumexp hides
    return loss, best + (z - best.unsqueeze(1)).exp().sum(1).log(), hits


def upsample_cross_entropy_backward(
    grad_loss: Tensor, logits: Tensor, label: Tensor, weight: Tensor | None, logsumexp: Tensor, ignore_index: int,
    align_corners: bool
) -> Tensor:
    """The gradient (N, K, h, w) of ``sum(grad_loss * loss)`` by the logits."""
    with torch.enable_grad():
        source = logits.detach().requires_grad_()
        z = _upsample(source, label, align_corners)
    kept = label != ignore_index
    target = label.where(kept, 0)
    grad = torch.where(kept, grad_loss if weight is None else grad_loss * weight[target], 0).unsqueeze(1)
    softmax = (z.detach() - logsumexp.unsqueeze(1)).exp()
    one_hot = torch.zeros_like(softmax).scatter_(1, target.unsqueeze(1), 1)
    return torch.autograd.grad(z, source, grad * (softmax - one_hot))[0].contiguous()


def _upsample(logits: Tensor, label: Tensor, align_corners: bool) -> Tensor:
    return F.interpolate(logits, label.shape[1:], mode='bilinear', align_corners=align_corners)
