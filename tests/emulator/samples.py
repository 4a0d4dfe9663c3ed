"""Arguments for the kernels: those of the operators' own tests, and what only a GPU's kernels are asked."""

import math
import runpy
from collections.abc import Callable, Iterator
from itertools import chain, product
from pathlib import Path

import torch

from mmcv.ops.axis_map import AxisMap, stacked
from mmcv.ops.reference.upsample_cross_entropy import upsample_cross_entropy

META = runpy.run_path(str(Path(__file__).resolve().parents[1] / 'mmcv' / 'ops' / 'test_meta.py'))
SAMPLES, INVALID, is_floating = META['SAMPLES'], META['INVALID'], META['is_floating']
CLOSE = dict(rtol=1e-4, atol=1e-5)

# The arguments that may be halves; the others stay as they are.
NARROW = {'carafe': (0, 1), 'carafe_backward': (0, 1, 2), 'ca_weight': (0, 1), 'ca_map': (0, 1),
          'sigmoid_focal_loss': (0,), 'sigmoid_focal_loss_backward': (0, 1), 'softmax_focal_loss': (0,),
          'softmax_focal_loss_backward': (0, 1), 'psamask': (0,), 'psamask_backward': (0,), 'pyramid_pool': (0,),
          'pyramid_pool_backward': (0,), 'sync_bn_stats': (0,), 'ms_deform_attn': (0,),
          'ms_deform_attn_backward': (0, 1), 'dcnv3': (0,), 'dcnv3_backward': (0, 1)}


def as_halves(name: str, args: tuple, dtype: torch.dtype) -> tuple:
    return tuple(arg.to(dtype) if i in NARROW[name] else arg for i, arg in enumerate(args))


def halves(name: str) -> Callable[[torch.dtype], Iterator[tuple]]:
    def samples(dtype: torch.dtype) -> Iterator[tuple]:
        for args in SAMPLES[name]():
            if all(arg.dtype == torch.float32 for arg in args if is_floating(arg)) and args[0].numel() < 5000:
                yield as_halves(name, args, dtype)
    return samples


HALVES = {name: halves(name) for name in NARROW}


def long_sums() -> dict[str, tuple]:
    """Ones, of which so many are added up that float16 would stay at 2048 and bfloat16 at 256."""
    one = torch.ones
    many_classes = torch.zeros(2, 70_000)  # of which each of the 32 threads adds up its share
    level, start = torch.tensor([[2, 2]]), torch.tensor([0])
    place = torch.full((1, 1, 1, 1, 2600, 2), 0.25)
    return {
        'carafe': (one(1, 1, 19, 19), one(1, 361, 19, 19), 19, 1, 1),
        'carafe_backward': (one(1, 2600, 6, 6), one(1, 2600, 2, 2), one(1, 9, 6, 6), 3, 1, 3),
        'ca_weight': (one(1, 2600, 2, 3), one(1, 2600, 2, 3)),
        'ca_map': (one(1, 2100, 1, 2100), one(1, 1, 1, 2100)),
        'softmax_focal_loss': (many_classes, torch.tensor([0, 69999]), 2.0, 0.25),
        'softmax_focal_loss_backward': (one(2), many_classes, torch.tensor([0, 69999]), 2.0, 0.25),
        'pyramid_pool': (one(1, 2, 52, 53), [1]),
        'sync_bn_stats': (one(2, 3, 50, 40),),
        'ms_deform_attn': (one(1, 4, 1, 3), level, start, place, one(1, 1, 1, 1, 2600)),
        'ms_deform_attn_backward': (one(1, 1, 2600), one(1, 4, 1, 2600), level, start, place[..., :2, :],
                                    one(1, 1, 1, 1, 2)),
    }


BEYOND_A_HALF = {name: lambda dtype, name=name: [as_halves(name, long_sums()[name], dtype)] for name in long_sums()}


def pixels_of_one_class() -> Iterator[tuple]:
    for dtype in (torch.uint8, torch.int64):
        yield torch.ones(70001, dtype=dtype), torch.ones(70001, dtype=dtype), 3, 255


def hits_of_one_class() -> Iterator[tuple]:
    below_zero = torch.tensor([-3.0, -2.0, -1.0]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    yield below_zero, torch.full((1, 5, 4), 2), None, 255, False
    logits = torch.tensor([2.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 3, 3).contiguous()
    yield logits, torch.zeros(1, 257, 259, dtype=torch.long), None, 255, False


# So many of a kind, by few blocks, that a narrow counter would overflow.
MANY = {'confusion_matrix': pixels_of_one_class, 'upsample_cross_entropy': hits_of_one_class}


def focal(shift: float = 0.0, gamma: float = 2.0) -> tuple:
    return torch.randn(9, 40) + shift, torch.randint(-1, 41, (9,)), gamma, 0.25


def entropy(logits: torch.Tensor, align_corners: bool = False) -> tuple:
    label = torch.randint(logits.size(1), (logits.size(0), 11, 14))
    return logits, label.masked_fill(torch.rand(label.shape) < 0.2, 255), None, 255, align_corners


def resampled(logits: torch.Tensor, align_corners: bool = False, views: int = 1) -> tuple:
    """What resizes maps (N, K, h, w) twice; several views are the same one."""
    h, w = logits.shape[2:]
    row, column = (AxisMap.resized(2 * n, size, align_corners).after(AxisMap.resized(n, 2 * n, align_corners))
                   for n, size in ((h, 11), (w, 14)))
    return logits.flatten(2), *stacked([row.spread(w)] * views), *stacked([column] * views)


def two_views() -> tuple:
    """Maps (2, 5, 4, 6) beside each other, of which the second speaks louder, and is turned over."""
    logits = torch.cat([torch.randn(2, 5, 24), 5 * torch.randn(2, 5, 24)], 2)
    row, column = AxisMap.resized(4, 11, False).spread(6), AxisMap.resized(6, 14, False)
    return logits, *stacked([row, AxisMap(row.index + 24, row.weight)]), *stacked([column, column.flipped()])


def with_gradient(args: tuple) -> tuple:
    """What the backward pass gets of the forward one's arguments."""
    logits, label, *others = args
    logsumexp = upsample_cross_entropy(*args)[1]
    return torch.randn(label.shape), logits, label, others[0], logsumexp, *others[1:]


def far_apart() -> dict[str, tuple]:
    """Logits so far apart that a probability would be 0, of which a loss has no logarithm."""
    logits = 200 * torch.randn(2, 5, 4, 6)
    scores, *others = focal()
    return {
        'upsample_cross_entropy': entropy(logits),
        'upsample_cross_entropy_backward': with_gradient(entropy(logits)),
        'sigmoid_focal_loss': (200 * scores, *others),
        'sigmoid_focal_loss_backward': (torch.rand_like(scores), 200 * scores, *others),
        'softmax_focal_loss': (200 * scores, *others),
        'softmax_focal_loss_backward': (torch.rand(len(scores)), 200 * scores, *others),
    }


def near_1000() -> dict[str, tuple]:
    logits = torch.randn(2, 5, 4, 6) + 1000
    return {
        'upsample_cross_entropy_backward': with_gradient(entropy(logits)),
        'sync_bn_stats': (torch.randn(3, 5, 40, 33) + 1000,),
        'pyramid_pool': (torch.randn(2, 3, 40, 33) + 1000, [1, 2, 3, 6]),
        'softmax_focal_loss': focal(1000.0),
        'softmax_focal_loss_backward': (torch.rand(9), *focal(1000.0)),
        'upsample_cross_entropy': entropy(logits),
        'upsample_argmax': (logits + 40 * (torch.arange(5) == 3).view(1, 5, 1, 1), 11, 14, False, True),
        'resample_argmax': resampled(logits + 40 * (torch.arange(5) == 3).view(1, 5, 1, 1), views=2),
    }


FAR = {name: lambda name=name: [table[name] for table in (near_1000(), far_apart()) if name in table]
       for name in {**near_1000(), **far_apart()}}
# Of which no class stands out, as in the operator's own samples.
CLOSE_CALLS = {'upsample_argmax': lambda: [(torch.randn(2, 5, 4, 6), 11, 14, False, True)],
               'resample_argmax': lambda: [two_views()]}


def with_value(tensor: torch.Tensor, value: float, share: float) -> torch.Tensor:
    return tensor.masked_fill(torch.rand(tensor.shape) < share, value)


def masked_class(value: float) -> torch.Tensor:
    logits = torch.randn(2, 5, 4, 6)
    logits[:, 2] = value
    return logits


def logits_not_finite() -> Iterator[torch.Tensor]:
    for value in (-math.inf, math.inf, math.nan):
        yield masked_class(value)
        yield with_value(torch.randn(2, 5, 4, 6), value, 0.1)
        yield with_value(torch.randn(1, 1, 3, 3), value, 0.3)
    yield torch.full((1, 3, 3, 4), -math.inf)


def entropies() -> Iterator[tuple]:
    for logits in logits_not_finite():
        for align_corners in (False, True):
            yield entropy(logits, align_corners)


def entropy_gradients() -> Iterator[tuple]:
    for args in entropies():
        yield with_gradient(args)


def argmaxes() -> Iterator[tuple]:
    for logits in logits_not_finite():
        for align_corners in (False, True):
            yield logits, 11, 14, align_corners, True


def resampled_argmaxes() -> Iterator[tuple]:
    for logits in logits_not_finite():
        for views in (1, 2):
            yield resampled(logits, views == 2, views)


def focal_losses(grad: Callable[[torch.Tensor], tuple]) -> Callable[[], Iterator[tuple]]:
    def samples() -> Iterator[tuple]:
        for value in (-math.inf, math.inf, math.nan):
            for gamma in (2.0, 0.0, 1.5):
                logits, *others = focal(gamma=gamma)
                logits = with_value(logits, value, 0.05)
                yield *grad(logits), logits, *others
    return samples


def maps(share: float = 0.02) -> Iterator[torch.Tensor]:
    for value in (-math.inf, math.inf, math.nan):
        yield with_value(torch.randn(2, 9, 7, 5), value, share)


def labels_of_no_class() -> Iterator[tuple]:
    """What a backward pass gets where the forward one has answered NaN."""
    logits = torch.randn(1, 3, 4, 5)
    for label in (-1, 3, -2**40, 2**40):
        label = torch.randint(3, (1, 8, 10)).masked_fill(torch.rand(1, 8, 10) < 0.5, label)
        yield torch.full(label.shape, math.nan), logits, label, torch.rand(3), torch.zeros(label.shape), 255, False


def indices_beyond_the_pixels() -> Iterator[tuple]:
    """One wrong index, of the last tap of a view."""
    for axis, values in ((1, (-1, 9, 2**40)), (3, (-9, 4, 2**40))):
        for view, value in product((0, 1), values):
            args = list(resampled(torch.randn(2, 5, 3, 4), views=2))
            args[axis], args[axis + 1] = args[axis].clone(), torch.ones_like(args[axis + 1])
            args[axis][view, -1, -1] = value
            yield tuple(args)


INVALID.update({name: lambda told=INVALID[name], more=more: chain(told(), more()) for name, more in (
    ('upsample_cross_entropy_backward', labels_of_no_class), ('resample_argmax', indices_beyond_the_pixels))})
TIES = {'upsample_cross_entropy': lambda: ((torch.zeros(2, 5, 3, 4), torch.randint(5, (2, 7, 9)), None, 255, corners)
                                           for corners in (False, True)),
        'upsample_argmax': lambda: ((torch.zeros(2, 5, 3, 4), 7, 9, align_corners, True)
                                    for align_corners in (False, True)),
        'resample_argmax': lambda: (resampled(torch.zeros(2, 5, 3, 4), views=views) for views in (1, 2))}

NOT_FINITE = {
    'upsample_cross_entropy': entropies,
    'upsample_cross_entropy_backward': entropy_gradients,
    'upsample_argmax': argmaxes,
    'resample_argmax': resampled_argmaxes,
    'sigmoid_focal_loss': focal_losses(lambda logits: ()),
    'sigmoid_focal_loss_backward': focal_losses(lambda logits: (torch.rand_like(logits),)),
    'softmax_focal_loss': focal_losses(lambda logits: ()),
    'softmax_focal_loss_backward': focal_losses(lambda logits: (torch.rand(len(logits)),)),
    'psamask': lambda: ((x, kind, 3, 3) for x in maps() for kind in (0, 1)),
    'ca_weight': lambda: ((x, torch.randn(2, 9, 7, 5)) for x in maps()),
    'sync_bn_stats': lambda: ((x,) for x in maps() if not x.isinf().any()),  # the mean of infinities is one, not NaN
    'pyramid_pool': lambda: ((x, [1, 2, 3]) for x in maps()),
}
