"""The classes of a model by name and colour."""

from collections.abc import Sequence
from typing import IO, NamedTuple

import numpy as np
from torch import nn

from mmcv.checkpoint import class_facts, unwrap
from mmcv.image.png_writer import PngWriter
from mmseg.palette import plain_palette, random_palette

_IN_A_BYTE = 256


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

    def png_writer(self, file: IO[bytes], size: tuple[int, int]) -> PngWriter:
        """Writes class indices (H, W) as a palette image; as a grey one of 16 bit where there are more than 256."""
        wide = self.number > _IN_A_BYTE
        return PngWriter(file, size, np.uint16 if wide else np.uint8, None if wide else self.colours)
