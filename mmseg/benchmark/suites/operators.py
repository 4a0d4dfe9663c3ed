"""The operators of mmcv.ops beside what one would write without them."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from mmcv.ops import confusion_matrix, pyramid_pool, upsample_argmax, upsample_cross_entropy
from mmseg.benchmark.measurement import Case, Way

from .options import Options
from .sampling import sampling

PYRAMID = (1, 2, 3, 6)

Shape = tuple[int, int, int, int]


def operators(options: Options) -> Iterator[Case]:
    """Forward, and backward where there is one."""
    for shape, size in (((1, 19, 64, 128), (1024, 2048)), ((1, 150, 64, 64), (512, 512))):
        yield argmax_case(shape, size, options.device)
    for shape, size in (((2, 19, 64, 128), (512, 1024)), ((2, 150, 64, 64), (512, 512))):
        yield cross_entropy_case(shape, size, options.device)
    yield counting_case((1024, 2048), 19, options.device)
    for layout in ('contiguous', 'channels_last'):
        yield pools_case((2, 2048, 64, 128), layout, options.device)
    yield from sampling(options.device)


def resize(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """The logits at full size, as everybody makes them."""
    return F.interpolate(logits, size, mode='bilinear', align_corners=False)


def count_areas(pred: Tensor, label: Tensor, classes: int) -> tuple[Tensor, ...]:
    """Areas of intersection, prediction and label as 0.30 counts them: a mask and a histogram of each."""
    kept = label != 255
    pred, label = pred[kept], label[kept]
    maps = (pred[pred == label], pred, label)
    return tuple(torch.histc(x.float(), bins=classes, min=0, max=classes - 1) for x in maps)


def argmax_case(shape: Shape, size: tuple[int, int], device: str) -> Case:
    """A label map out of logits (N, C, h, w) at another size."""
    logits = torch.randn(shape, device=device)
    moves = logits.nbytes + 8 * shape[0] * size[0] * size[1]
    return Case(f'upsample_argmax {shape} -> {size}', {
        'F.interpolate, argmax': Way(lambda: resize(logits, size).argmax(1), device, moves),
        'upsample_argmax': Way(lambda: upsample_argmax(logits, size), device, moves),
    })


def cross_entropy_case(shape: Shape, size: tuple[int, int], device: str) -> Case:
    """The loss of logits (N, C, h, w) at the size of the labels, forward and backward."""
    logits = torch.randn(shape, device=device, requires_grad=True)
    label = torch.randint(0, shape[1], (shape[0], *size), device=device)

    def plain() -> tuple[Tensor, Tensor]:
        z = resize(logits, size)
        accuracy = (z.max(1).indices == label).sum()
        return F.cross_entropy(z, label, ignore_index=255), accuracy

    def fused() -> tuple[Tensor, Tensor]:
        loss, hits = upsample_cross_entropy(logits, label)
        return loss.mean(), hits

    moves = 4 * logits.nbytes + 2 * label.nbytes + 4 * 4 * label.numel()
    ways = {'F.interpolate, F.cross_entropy': plain, 'upsample_cross_entropy': fused}
    return Case(f'upsample_cross_entropy {shape} -> {size}, forward and backward', {
        name: Way(_backward(way, logits), device, moves) for name, way in ways.items()})


def _backward(forward: Callable[[], tuple[Tensor, Tensor]], leaf: Tensor) -> Callable[[], tuple[Tensor, ...]]:
    return lambda: torch.autograd.grad(forward()[0], leaf)


def counting_case(size: tuple[int, int], classes: int, device: str) -> Case:
    """The confusion matrix of one label map (H, W)."""
    generator = torch.Generator().manual_seed(0)
    blocks = torch.randint(0, classes, (1, 1, 32, 64), generator=generator).float()
    label = F.interpolate(blocks, size, mode='nearest')[0, 0].long().to(device)  # regions, as in a real frame
    noise = torch.rand(size, generator=generator).to(device) < 0.05
    pred = torch.where(noise, (label + 1) % classes, label)
    return Case(f'confusion_matrix {size}, {classes} classes', {
        'masks and histograms': Way(lambda: count_areas(pred, label, classes), device, 2 * pred.nbytes),
        'confusion_matrix': Way(lambda: confusion_matrix(pred, label, classes), device, 2 * pred.nbytes),
    })


def pools_case(shape: Shape, layout: str, device: str) -> Case:
    """The pools of the pyramid of a map (N, C, H, W), forward and backward."""
    x = torch.randn(shape, device=device)
    if layout == 'channels_last':
        x = x.to(memory_format=torch.channels_last)
    x.requires_grad_()
    ways = {'F.adaptive_avg_pool2d': lambda: [F.adaptive_avg_pool2d(x, size) for size in PYRAMID],
            'pyramid_pool': lambda: pyramid_pool(x, PYRAMID)}

    def backward(forward: Callable[[], list[Tensor]]) -> tuple[Tensor, ...]:
        pools = forward()
        return torch.autograd.grad(pools, x, [torch.ones_like(pool) for pool in pools])

    return Case(f'pyramid_pool {shape} {layout}, forward and backward', {
        name: Way(lambda way=way: backward(way), device, 2 * x.nbytes) for name, way in ways.items()})
