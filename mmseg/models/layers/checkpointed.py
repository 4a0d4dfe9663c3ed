"""Activation checkpointing: what ``with_cp`` of every architecture means."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch.utils.checkpoint import checkpoint

Out = TypeVar('Out', torch.Tensor, tuple)


def checkpointed(function: Callable[..., Out], *inputs: torch.Tensor, with_cp: bool = True) -> Out:
    """``function(*inputs)``, which runs again in the backward pass, and keeps its inputs alone for it.

    Chen et al., "Training Deep Nets with Sublinear Memory Cost", https://arxiv.org/abs/1604.06174

    Args:
        function: a module or method; random numbers in it are the same both times.
        *inputs: where none of them asks for a gradient, as the image does not, nothing is gained and nothing done.
        with_cp: whether to do so at all.
    """
    if with_cp and any(x.requires_grad for x in inputs):
        return checkpoint(function, *inputs, use_reentrant=False)
    return function(*inputs)
