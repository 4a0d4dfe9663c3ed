"""Resizing, cutting and turning along one axis, and windows that are averaged: each a weighted sum of a few values."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class AxisMap(NamedTuple):
    """Values along one axis, each the sum of a few source values; such maps can be put one after the other.

    Attributes:
        index: int64 (size, taps), the source values.
        weight: (size, taps), how much each of them counts; where it is 0 nothing is read.
    """

    index: Tensor
    weight: Tensor

    @classmethod
    def resized(cls, source: int, size: int, align_corners: bool, dtype: torch.dtype = torch.float32) -> 'AxisMap':
        """From ``source`` to ``size`` values as bilinear ``F.interpolate`` does it, with positions in ``dtype``."""
        place = torch.arange(size, dtype=dtype)
        if source == size:
            return cls(torch.arange(size)[:, None], torch.ones(size, 1, dtype=dtype))
        if align_corners:
            place *= torch.tensor(source - 1, dtype=dtype) / max(size - 1, 1)
        else:
            scale = torch.tensor(source, dtype=dtype) / size
            # rounded once, as torch has it
            place = (scale.double() * (place.double() + 0.5) - 0.5).clamp_(min=0).to(dtype)
        low = place.float().long().clamp_(max=source - 1)  # in float, as torch has it for double, too
        high = (low + 1).clamp_(max=source - 1)
        share = (place - low).clamp_(0, 1)
        return cls(torch.stack([low, high], 1), torch.stack([1 - share, share], 1))

    def after(self, first: 'AxisMap') -> 'AxisMap':
        """This map of what ``first`` gives."""
        index = first.index[self.index].flatten(1)
        weight = (self.weight[..., None] * first.weight[self.index]).flatten(1)
        return AxisMap(index, weight)._merged()

    def cut(self, size: int) -> 'AxisMap':
        """The first ``size`` values."""
        return AxisMap(self.index[:size], self.weight[:size])

    def flipped(self) -> 'AxisMap':
        """The last value first."""
        return AxisMap(self.index.flip(0), self.weight.flip(0))

    def averaged(self, windows: Sequence[slice], step: int) -> 'AxisMap':
        """Values that several windows give, averaged where they overlap.

        Args:
            windows: each has as many values as this map, and they cover all from 0 on.
            step: from the source of one window to that of the next.
        """
        size = max(window.stop for window in windows)
        counts = torch.zeros(size, 1, dtype=self.weight.dtype)
        indices, weights = [], []
        for number, window in enumerate(windows):
            counts[window] += 1
            indices.append(torch.zeros(size, self.index.shape[1], dtype=torch.int64))
            weights.append(torch.zeros(size, self.index.shape[1], dtype=self.weight.dtype))
            indices[-1][window] = self.index + number * step
            weights[-1][window] = self.weight
        return AxisMap(torch.cat(indices, 1), torch.cat(weights, 1) / counts)._merged()

    def spread(self, step: int) -> 'AxisMap':
        """The same of values that lie ``step`` places apart."""
        return AxisMap(self.index * step, self.weight)

    def _merged(self) -> 'AxisMap':
        """Each source once, and those that count nothing last, as few as can be."""
        index = torch.where(self.weight == 0, torch.iinfo(torch.int64).max, self.index)
        index, order = index.sort(1)
        weight = self.weight.gather(1, order)
        group = torch.zeros_like(index)
        group[:, 1:] = (index[:, 1:] != index[:, :-1]).cumsum(1)
        summed = torch.zeros_like(weight).scatter_add_(1, group, weight)
        source = torch.zeros_like(index).scatter_(1, group, index).masked_fill_(summed == 0, 0)
        taps = int((summed != 0).sum(1).max())
        return AxisMap(source[:, :taps], summed[:, :taps])


def stacked(maps: Sequence[AxisMap]) -> AxisMap:
    """Maps to one size as one: (views, size, taps), filled up with taps that count nothing."""
    taps = max(one.index.shape[1] for one in maps)
    padded = [[torch.nn.functional.pad(part, (0, taps - part.shape[1])) for part in one] for one in maps]
    return AxisMap(*(torch.stack(parts) for parts in zip(*padded)))
