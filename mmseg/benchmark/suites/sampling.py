"""The operators of mmcv.ops that add up samples, forward and backward, beside F.grid_sample and F.unfold."""

from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmcv.ops import carafe, dcnv3, dcnv3_core_pytorch, ms_deform_attn, multi_scale_deformable_attn_pytorch
from mmseg.benchmark.measurement import Case, Way


def sampling(device: str) -> Iterator[Case]:
    """Attention over three levels of a 512x512 image, DCNv3 of InternImage's first stage, CARAFE of an FPN."""
    yield attention_case(8, 32, device)
    yield attention_case(6, 16, device)
    yield dcnv3_case((2, 64, 64, 64), 4, device)
    yield carafe_case((1, 256, 32, 32), device)


def _case(name: str, ways: dict[str, Callable[[], Tensor]], leaves: Sequence[Tensor], device: str) -> Case:
    def both(forward: Callable[[], Tensor]) -> tuple[Tensor, ...]:
        out = forward()
        return torch.autograd.grad(out, leaves, torch.ones_like(out))

    return Case(f'{name}, forward and backward', {
        way: Way(lambda forward=forward: both(forward), device) for way, forward in ways.items()})


def attention_case(heads: int, channels: int, device: str) -> Case:
    """Every pixel of three maps looks at four places around it in each."""
    shapes = torch.tensor([[64, 64], [32, 32], [16, 16]], device=device)
    areas = shapes.prod(1)
    centres = [torch.cartesian_prod(*((torch.arange(size) + 0.5) / size for size in shape)).flip(1)
               for shape in shapes.tolist()]
    points = torch.cat(centres).to(device)[None, :, None, None, None]  # (1, Q, 1, 1, 1, 2)
    size = (1, points.size(1), heads, 3, 4)
    places = (points + 0.05 * torch.randn(*size, 2, device=device)).requires_grad_()
    weights = torch.rand(size, device=device).requires_grad_()
    value = torch.randn(1, points.size(1), heads, channels, device=device, requires_grad=True)
    return _case(f'ms_deform_attn, {heads} heads of {channels}', {
        'F.grid_sample': lambda: multi_scale_deformable_attn_pytorch(value, shapes, places, weights),
        'ms_deform_attn': lambda: ms_deform_attn(value, shapes, areas.cumsum(0) - areas, places, weights),
    }, (value, places, weights), device)


def dcnv3_case(shape: tuple[int, int, int, int], group: int, device: str) -> Case:
    """A map (N, H, W, C) with offsets of about a pixel."""
    input = torch.randn(shape, device=device, requires_grad=True)
    offset = torch.randn(*shape[:3], 18 * group, device=device, requires_grad=True)
    mask = torch.rand(*shape[:3], 9 * group, device=device, requires_grad=True)
    return _case(f'dcnv3 {shape}, {group} groups', {
        'F.grid_sample': lambda: dcnv3_core_pytorch(input, offset, mask, 3, 3, 1, 1, 1, 1, 1, 1, group,
                                                    shape[3] // group, 1.0),
        'dcnv3': lambda: dcnv3(input, offset, mask, 3, 1, 1, 1, group),
    }, (input, offset, mask), device)


def carafe_case(shape: tuple[int, int, int, int], device: str) -> Case:
    """A map (N, C, H, W) to twice its size, with kernels of 5x5."""
    features = torch.randn(shape, device=device, requires_grad=True)
    masks = torch.rand(shape[0], 25, 2 * shape[2], 2 * shape[3], device=device, requires_grad=True)

    def plain() -> Tensor:
        columns = F.unfold(features, 5, padding=2).view(shape[0], -1, *shape[2:])
        patches = F.interpolate(columns, scale_factor=2).unflatten(1, (shape[1], 25))  # (N, C, 25, 2 H, 2 W)
        return (patches * masks[:, None]).sum(2)

    return _case(f'carafe {shape}', {
        'F.unfold': plain, 'carafe': lambda: carafe(features, masks, 5, 1, 2)}, (features, masks), device)
