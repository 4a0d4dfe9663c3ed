"""Weights as another code base lays them out, told by their keys."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch

from .weights import revise

Weights = Mapping[str, torch.Tensor]

#: What others put around a backbone: wrappers, the name of it in a larger model.
_AROUND = ((r'^(?:module\.|_orig_mod\.|model\.)+', ''), (r'^backbone\.', ''))


@dataclass(frozen=True)
class Layout:
    """How another code base calls and lays out the weights of an architecture.

    Attributes:
        name: whose it is, for messages: 'the official Swin transformer'.
        marks: regular expressions, each of which finds a key of every such file; ours have none that all of them find.
        rules: pairs of a pattern and its replacement, applied to the keys one after the other.
        dropped: what has no counterpart here, a pattern; '' for nothing.
        prepare: what is done to the weights beforehand, under their old keys.
    """

    name: str
    marks: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    dropped: str = ''
    prepare: Callable[[Weights], Weights] | None = None

    def fits(self, keys: Iterable[str]) -> bool:
        """Whether these are the keys of such weights."""
        keys = list(keys)
        return all(any(re.search(mark, key) for key in keys) for mark in self.marks)

    def convert(self, weights: Weights) -> 'OrderedDict[str, torch.Tensor]':
        """The same weights under the keys and in the shapes that they have here."""
        kept = OrderedDict((key, value) for key, value in revise(weights, _AROUND).items()
                           if not (self.dropped and re.search(self.dropped, key)))
        return revise(self.prepare(kept) if self.prepare else kept, self.rules)


@runtime_checkable
class ReadsLayouts(Protocol):
    """A module whose weights others publish in layouts of their own, its ``weight_layouts``."""

    weight_layouts: tuple[Layout, ...]


def layout_of(weights: Weights, layouts: Iterable[Layout]) -> Layout | None:
    """The layout that the keys tell; None if it is none of these."""
    bare = revise(weights, _AROUND)
    return next((layout for layout in layouts if layout.fits(bare)), None)


def convert_layout(weights: Weights, layouts: Iterable[Layout]) -> tuple[Layout, Weights] | None:
    """The layout that the keys tell, and the weights as we have them; None if it is none of these."""
    layout = layout_of(weights, layouts)
    return layout and (layout, layout.convert(weights))
