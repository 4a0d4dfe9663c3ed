"""What the tests of operators that add up bilinear samples share."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def pixel(plane: Tensor, y: float, x: float) -> Tensor:
    """Bilinear interpolation of a plane (H, W, ...) with zeros around it."""
    value = torch.zeros_like(plane[0, 0])
    for row, wy in ((int(y // 1), 1 - y % 1), (int(y // 1) + 1, y % 1)):
        for column, wx in ((int(x // 1), 1 - x % 1), (int(x // 1) + 1, x % 1)):
            if 0 <= row < plane.size(0) and 0 <= column < plane.size(1):
                value = value + wy * wx * plane[row, column]
    return value


def with_grad(args: Sequence, dtype: torch.dtype | None = None) -> tuple[list, list[Tensor]]:
    """The arguments, in which the floating-point tensors are copies with a gradient, and these alone."""
    copies = [arg.detach().to(dtype or arg.dtype).requires_grad_()
              if isinstance(arg, Tensor) and arg.is_floating_point() else arg for arg in args]
    return copies, [copy for copy in copies if isinstance(copy, Tensor) and copy.requires_grad]


def check_halves(operator: Callable[..., Tensor], args: Sequence, atol: float) -> None:
    """An operator whose first argument is of a half type and whose others are floats adds up in floats.

    So there is one rounding, of the result, and one of the first gradient, for which sums may differ by ``atol``.
    """
    half, leaves = with_grad(args)
    exact, expected = with_grad(half, torch.float64)
    out, wanted, dtype = operator(*half), operator(*exact), leaves[0].dtype
    assert out.dtype == dtype
    step = torch.finfo(dtype).eps / 2
    torch.testing.assert_close(out.double(), wanted, rtol=1.01 * step, atol=1e-5)
    out.sum().backward()
    wanted.sum().backward()
    assert [leaf.grad.dtype for leaf in leaves] == [dtype, torch.float32, torch.float32]
    for leaf, other, rtol in zip(leaves, expected, (1.01 * step, 1e-4, 1e-4)):
        torch.testing.assert_close(leaf.grad.double(), other.grad, rtol=rtol, atol=atol)
