"""The classes of a model by name and colour."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import nn

from mmcv.checkpoint import class_facts, unwrap
from mmseg.palette import plain_palette, random_palette


class Classes(NamedTuple):
    """What a model tells apart.

    Attributes:
        names: of the classes.
        colours: (K, 3) red, green and blue of 0 to 255.
    """

    names: Sequence[str]
    colours: Sequence[Sequence[int]]

    @classmethod
    def of(cls, model: nn.Module, number: int) -> 'Classes':
        """Those of a model, and where it does not name ``number`` of them, made-up ones."""
        facts = class_facts(unwrap(model))
        names, palette = facts.get('CLASSES') or (), facts.get('PALETTE')
        if len(names) != number:
            names = [f'class {index}' for index in range(number)]
        if palette is None or len(palette) != number:
            palette = random_palette(number)
        return cls(list(names), plain_palette(palette))

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.names)
