"""Layers as they are called one by one, and what runs when they are called."""

import torch


class Calls(torch.overrides.TorchFunctionMode):
    """The names of the functions that run."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.names.append(getattr(function, '__name__', str(function)))
        return function(*args, **(kwargs or {}))


def one_by_one(x, layers):
    for layer in layers:
        x = layer(x)
    return x
