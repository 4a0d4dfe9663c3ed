"""What the iterations report, kept on the device until someone reads it."""

import functools
from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Any

import torch

from mmcv import dist


class LogBuffer:
    """The last values of each quantity, and their averages.

    Losses come in as 0-d tensors and stay on the device: :meth:`average` fetches those that are still there in one
    transfer, averaged over the ranks by one collective (so every rank has to call it). Numbers are this rank's own.

    Attributes:
        val_history, n_history: the last ``window`` values of each key, and how many samples each stands for.
        output: what a logger writes next.
        ready: whether ``output`` waits to be written.
    """

    def __init__(self, window: int = 1000) -> None:
        self.window = window
        self.val_history: OrderedDict[str, deque] = OrderedDict()
        self.n_history: OrderedDict[str, deque] = OrderedDict()
        self.output: OrderedDict[str, Any] = OrderedDict()
        self.ready = False

    def clear(self) -> None:
        """Forget everything."""
        self.val_history.clear()
        self.n_history.clear()
        self.clear_output()

    def clear_output(self) -> None:
        """Forget the averages, keep the history."""
        self.output.clear()
        self.ready = False

    def update(self, values: Mapping[str, Any], count: int = 1) -> None:
        """Add one iteration's values, numbers or 0-d tensors; ``count`` samples stand behind each."""
        for key, value in values.items():
            self.val_history.setdefault(key, deque(maxlen=self.window)).append(value)
            self.n_history.setdefault(key, deque(maxlen=self.window)).append(count)

    def average(self, n: int = 0) -> None:
        """Put the averages of the last ``n`` values (0: of all) into ``output``, weighted by their samples."""
        self._fetch()
        for key, history in self.val_history.items():
            values, counts = list(history)[-n:], list(self.n_history[key])[-n:]
            self.output[key] = sum(v * c for v, c in zip(values, counts)) / sum(counts)
        self.ready = True

    def _fetch(self) -> None:
        """Turn every tensor of the history into the number it holds."""
        places = [(history, i) for history in self.val_history.values() for i, value in enumerate(history)
                  if isinstance(value, torch.Tensor)]
        if not places:
            return
        tensors = [history[i].detach() for history, i in places]
        dtype = functools.reduce(torch.promote_types, (tensor.dtype for tensor in tensors), torch.float32)
        stacked = torch.stack([tensor.to(dtype).reshape(()) for tensor in tensors])
        for (history, i), value in zip(places, dist.all_reduce(stacked, 'mean').tolist()):
            history[i] = value
