"""Convolving over coarse maps without resizing them first: exact, and at a fraction of the multiplications.

A pyramid head convolves over ``cat(x, up(p_1), ..., up(p_n))``, where the p_s are small (1 to 36 cells) and ``up`` is
bilinear. Convolution and upsampling are both linear, so with the kernel W split along its input channels

    conv(cat(x, up(p_s)))  =  conv(x, W_x)  +  sum_s  sum_(i,j)  shift_(i,j)( up( W_s[i,j] p_s ) )

where (i, j) runs over the taps of the kernel. W_s[i,j] p_s is a product over a few cells. Bilinear upsampling
followed by a shift into zero padding is a linear map of rows times one of columns, so the sum over s, i and j is two
small matrix products; what a 1x1 kernel gives is simply resized. For PSPNet this replaces half of the largest
convolution of the network by 0.4 % of its work, and the concatenated map is never stored.
"""

import functools
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import Conv2d, ConvModule, is_untouched, run_layers
from mmcv.cnn.bricks.conv_module import layers_of
from mmcv.ops import add_resized, conv2d, is_exported, is_transformed

from .resize import has_size

_AT_ONCE = 128  # output channels, without gradients


def can_factor(module: nn.Module) -> bool:
    """Whether :func:`conv_module_over_resized` does the same as ``module``.

    It does where an ordinary convolution comes first, zero-padded, with one group and with a weight that nothing
    recomputes on the fly, and no hook waits for a call.
    """
    if not is_untouched(module, ConvModule) or module.order[0] != 'conv' or module.with_explicit_padding:
        return False
    conv = module.conv
    plain = type(conv) in (nn.Conv2d, Conv2d) and is_untouched(conv, type(conv)) and 'weight' in conv._parameters
    return plain and conv.groups == 1 and conv.padding_mode == 'zeros' and not isinstance(conv.padding, str)


def conv_module_over_resized(
    module: ConvModule,
    x: torch.Tensor,
    coarse: Sequence[torch.Tensor],
    align_corners: bool = False,
    before: Sequence[torch.Tensor] = (),
) -> torch.Tensor:
    """``module(cat([x, *(resize(p, x.shape[2:]) for p in coarse)], dim=1))`` for a module that :func:`can_factor`.

    ``before`` are coarse maps whose channels come before those of ``x``.
    """
    conv = module.conv
    x = conv_over_resized(
        x, coarse, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, align_corners=align_corners,
        winograd=conv.winograd if isinstance(conv, Conv2d) else False, before=before,
    )
    return run_layers(x, layers_of(module)[1:])


def conv_over_resized(
    x: torch.Tensor,
    coarse: Sequence[torch.Tensor],
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    align_corners: bool = False,
    winograd: bool | int = True,
    before: Sequence[torch.Tensor] = (),
) -> torch.Tensor:
    """Convolve over ``x`` and bilinearly resized ``coarse`` maps, which are never made.

    Args:
        x: (N, C, H, W).
        coarse: maps (N, C_s, h_s, w_s), whose channels follow those of ``x``.
        weight: (O, C + sum of C_s, kh, kw).
        bias: (O,), or None.
        stride, padding, dilation: as of ``torch.nn.functional.conv2d``, in pairs (rows, columns).
        align_corners: as of ``torch.nn.functional.interpolate``.
        winograd: of :func:`mmcv.ops.conv2d`, over ``x``.
        before: further coarse maps, whose channels come before those of ``x``.

    Returns:
        (N, O, H', W'), equal up to rounding to the convolution over the concatenation.
    """
    weights = list(weight.split([p.shape[1] for p in (*before, x, *coarse)], dim=1))
    weight_x, coarse = weights.pop(len(before)), [*before, *coarse]
    x, weight_x, coarse, weights = _join_fine(x, weight_x, coarse, weights, align_corners)
    out = conv2d(x, weight_x, bias, stride, padding, dilation, winograd=winograd)
    if not coarse:
        return out
    if weight.shape[2:] == (1, 1) and has_size(out, x.shape[2:]):  # it commutes with resizing: one tap, no shift
        return add_resized(out, (conv2d(p, w) for p, w in zip(coarse, weights)), align_corners, own=True)

    def taps(axis: int, size: int) -> torch.Tensor:
        geometry = (x.shape[2 + axis], weight.shape[2 + axis], stride[axis], padding[axis], dilation[axis])
        return tap_matrix(size, *geometry, bool(align_corners), x)

    if torch.is_grad_enabled() or is_transformed():
        return _add_taps(out, coarse, weights, taps)
    for channels in range(0, out.shape[1], _AT_ONCE):  # nothing is kept for backward: what comes between may be small
        part = out[:, channels:channels + _AT_ONCE]
        part.copy_(_add_taps(part, coarse, [w[channels:channels + _AT_ONCE] for w in weights], taps))
    return out


def _add_taps(
    out: torch.Tensor, coarse: list[torch.Tensor], weights: list[torch.Tensor],
    taps: Callable[[int, int], torch.Tensor],
) -> torch.Tensor:
    """``out`` plus the convolutions over ``coarse`` maps; ``taps(axis, size)`` is the :func:`tap_matrix` of a line."""
    channels_last = out.stride(1) == 1 and not out.is_contiguous()  # vmap knows no memory formats
    if channels_last:
        left = torch.cat([taps(0, p.shape[2]).flatten(1) for p in coarse], dim=1)  # (H', sum of h_s * kh)
        rows = [_rows_channels_last(p, w, taps(1, p.shape[3])) for p, w in zip(coarse, weights)]
        right = torch.cat(rows, dim=1).flatten(2)  # (N, sum of h_s * kh, W' O)
        flat = out.permute(0, 2, 3, 1).flatten(2)  # (N, H', W' O), a view
    else:
        left = torch.cat([taps(0, p.shape[2]).transpose(1, 2).flatten(1) for p in coarse], dim=1)
        rows = [_rows(p, w, taps(1, p.shape[3])) for p, w in zip(coarse, weights)]
        right = torch.cat(rows, dim=2).flatten(0, 1)  # (N O, sum of kh * h_s, W')
        flat = out.flatten(0, 1)  # (N O, H', W')

    def unflattened(product: torch.Tensor) -> torch.Tensor:
        if channels_last:
            return product.unflatten(2, (-1, out.shape[1])).permute(0, 3, 1, 2)
        return product.unflatten(0, out.shape[:2])

    left = left.expand(flat.shape[0], -1, -1)
    # A compiler adds on the way to what follows, and that of torch 2.14 cannot keep a view of open sizes for backward.
    if torch.compiler.is_compiling():
        return out + unflattened(torch.bmm(left, right))
    return unflattened(torch.baddbmm(flat, left, right))


def _rows(p: torch.Tensor, weight: torch.Tensor, taps: torch.Tensor) -> torch.Tensor:
    """For each row tap i and row y of the map, the kernel over the resized row: (N, O, kh * h, W').

    One column tap after the other, so that what all taps give at each cell is not turned round as a whole; half types
    in one product, which rounds once.
    """
    columns, width = weight.shape[3], p.shape[3]
    cells = weight.permute(3, 0, 2, 1).flatten(0, 2) @ p.flatten(2)  # (N, kw * O * kh, h * w)
    cells = cells.view(p.shape[0], columns, -1, width)
    resized = taps.permute(2, 1, 0)  # (kw, w, W')
    if cells.dtype.itemsize < 4:
        rows = cells.transpose(1, 2).flatten(2) @ resized.flatten(0, 1)
    else:
        resized = resized.unsqueeze(1).expand(-1, p.shape[0], -1, -1)
        rows = torch.bmm(cells[:, 0], resized[0])
        for j in range(1, columns):
            rows = torch.baddbmm(rows, cells[:, j], resized[j])
    return rows.view(p.shape[0], weight.shape[0], -1, taps.shape[0])


def _rows_channels_last(p: torch.Tensor, weight: torch.Tensor, taps: torch.Tensor) -> torch.Tensor:
    """For each row y of the map and row tap i, the kernel over the resized row: (N, h * kh, W', O).

    In two steps: an einsum of all three would copy the weight where it lies channels_last.
    """
    cells = torch.einsum('ocij,ncyx->oijnyx', weight, p)
    return torch.einsum('oijnyx,Xxj->nyiXo', cells, taps).flatten(1, 2)


def _join_fine(
    x: torch.Tensor, weight_x: torch.Tensor, coarse: list[torch.Tensor], weights: list[torch.Tensor],
    align_corners: bool,
) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
    """Resize those maps after all, and join them to ``x``, of which the sum over cells and taps would cost more."""
    rows, columns = weight_x.shape[2:]
    if (rows, columns) == (1, 1):
        return x, weight_x, coarse, weights
    height, width = x.shape[2:]
    joined, kept = [(x, weight_x)], []
    for p, weight in zip(coarse, weights):
        h, w = p.shape[2:]
        over_cells = rows * columns * p.shape[1] * h * w + rows * h * width * columns * w + height * width * rows * h
        pays = over_cells < rows * columns * p.shape[1] * height * width
        if _is_a_grid(p) if is_exported() and isinstance(pays, torch.SymBool) else pays:
            kept.append((p, weight))
        else:
            p = F.interpolate(p, (height, width), mode='bilinear', align_corners=align_corners)
            joined.append((p, weight))
    if len(joined) > 1:
        x, weight_x = (torch.cat(parts, dim=1) for parts in zip(*joined))
    return x, weight_x, [p for p, _ in kept], [weight for _, weight in kept]


def _is_a_grid(p: torch.Tensor) -> bool:
    """Whether a map has a few cells, whatever the size of the image; asked where that is to be any."""
    return all(isinstance(side, int) for side in p.shape[2:])


def tap_matrix(
    coarse: int,
    fine: int,
    kernel: int,
    stride: int,
    padding: int,
    dilation: int,
    align_corners: bool,
    like: torch.Tensor,
) -> torch.Tensor:
    """What each kernel tap sees, at each output position, of a line of ``coarse`` cells resized to ``fine``.

    Returns:
        (outputs, coarse, kernel) in the dtype and on the device of ``like``: entry [X, x, j] is the weight of cell x
        in the resized line at position X * stride + j * dilation - padding, and 0 in the padding.
    """
    geometry = (coarse, fine, kernel, stride, padding, dilation, align_corners, like.dtype, like.device)
    # While a graph is recorded, and within torch.func.grad and the like, the matrix belongs there: from the cache it
    # would be foreign to the graph, and into the cache it would outlive its transform.
    if is_transformed() or type(like) not in (torch.Tensor, nn.Parameter):
        return _tap_matrix(*geometry)
    return cached_tap_matrix(*geometry)


def _tap_matrix(
    coarse: int, fine: int, kernel: int, stride: int, padding: int, dilation: int, align_corners: bool,
    dtype: torch.dtype, device: torch.device,
) -> torch.Tensor:
    exact = torch.float64 if dtype == torch.float64 else torch.float32
    cells = torch.eye(coarse, dtype=exact, device=device)[None]
    up = F.interpolate(cells, fine, mode='linear', align_corners=align_corners)[0].T  # (fine, coarse)
    up = F.pad(up, (0, 0, padding, padding))
    outputs = (up.shape[0] - dilation * (kernel - 1) - 1) // stride + 1
    start = torch.arange(outputs, device=device)[:, None] * stride
    seen = up[start + torch.arange(kernel, device=device) * dilation]  # (outputs, kernel, coarse)
    return seen.transpose(1, 2).contiguous().to(dtype)


@functools.lru_cache(maxsize=256)
def cached_tap_matrix(*geometry: int | bool | torch.dtype | torch.device) -> torch.Tensor:
    """:func:`tap_matrix`, made once per geometry."""
    # Made in inference mode the tensor could not take part in training later.
    with torch.inference_mode(False), torch.no_grad():
        return _tap_matrix(*geometry)
