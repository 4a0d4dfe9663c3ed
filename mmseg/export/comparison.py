"""A file held against the network that it was written from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from mmseg.models.decode_heads.point_head import PointHead

from .half import summed_in_float
from .network import Network, Sizes
from .runtimes import RUNTIMES

_SIZES = ((2, 97, 131), (1, 128, 256), (1, 415, 533))  # images, height, width: smaller and larger than traced, and odd
_TALL = 320  # what is added where a model takes no small images
_LOGITS, _LOGITS_HALF = 1e-4, 2e-2  # of the largest logit, in float32 and with half types
_PIXELS, _PIXELS_HALF = 1e-4, 2e-2  # share of labels
_POINTS = 1e-3  # share of pixels of a model that picks points to compute anew: rounding may pick others


class FileDiffers(ValueError):
    """An exported file does not give what the model gives."""


def compare(path: Path, network: Network, sizes: Sizes, multiple: tuple[int, int]) -> Iterator[str]:
    """Run both on noise: at three sizes where sizes are free, else at the one that the file takes.

    Yields:
        A line per size with the largest difference.

    Raises:
        FileDiffers: they differ by more than rounding explains.
    """
    run = RUNTIMES[path.suffix](path)
    for images, *size in _tried(network, sizes, multiple):
        given = network.example(sizes, *size, images)
        with torch.no_grad(), summed_in_float(network):
            expected = network(given).numpy()
        found = run(given.numpy())
        where = ' x '.join(map(str, given.shape))
        if found.shape != expected.shape:
            raise FileDiffers(f'{path.name} differs at {where}: its {network.output} are {found.shape}, not '
                              f'{expected.shape}')
        text, fits = (_labels if network.output == 'labels' else _logits)(network, found, expected)
        if not fits:
            raise FileDiffers(f'{path.name} differs at {where}: {text}')
        yield f'compared at {where}: {text}'


def _tried(network: Network, sizes: Sizes, multiple: tuple[int, int]) -> Iterator[tuple[int, int, int]]:
    """(images, height, width) of each comparison."""
    if not sizes.dynamic:
        yield 1, sizes.height, sizes.width
        return
    more = 0 if _takes(network, sizes, *_up(_SIZES[0][1:], multiple)) else _TALL
    for images, *size in _SIZES:
        yield images, *_up([side + more for side in size], multiple)


def _up(size: tuple[int, int] | list[int], multiple: tuple[int, int]) -> list[int]:
    return [-(-side // one) * one for side, one in zip(size, multiple)]


def _takes(network: Network, sizes: Sizes, height: int, width: int) -> bool:
    try:
        with torch.no_grad(), summed_in_float(network):
            network(network.example(sizes, height, width))
    except (RuntimeError, ValueError):  # of a layer that finds the map too small
        return False
    return True


def _logits(network: Network, found: np.ndarray, expected: np.ndarray) -> tuple[str, bool]:
    distance = np.abs(found - expected).max(1) / max(float(np.abs(expected).max()), 1e-12)  # (N, H, W)
    distance = np.nan_to_num(distance, nan=np.inf)
    tolerance = _LOGITS_HALF if network.half_precision else _LOGITS
    share = float((distance > tolerance).mean())
    text = f'largest difference {distance.max():.1e} of the largest logit'
    if _picks_points(network) and share:
        return f'{text}, more than {tolerance:.0e} at {share:.2%} of the pixels', share <= _POINTS
    return text, share == 0


def _labels(network: Network, found: np.ndarray, expected: np.ndarray) -> tuple[str, bool]:
    share = float((found != expected).mean())
    allowed = _PIXELS_HALF if network.half_precision else _POINTS if _picks_points(network) else _PIXELS
    return f'{share:.4%} of the labels differ', share <= allowed


def _picks_points(network: Network) -> bool:
    return any(isinstance(module, PointHead) for module in network.modules())
