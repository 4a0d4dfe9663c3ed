"""Which class was taken for which one, image by image."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import numpy as np
import torch


class ImagePairs:
    """How often each (label, prediction) pair occurs in each image; only pairs that do occur take memory.

    That is 12 bytes per pair: a few hundred bytes to a few kilobytes per image, whatever its size.

    Args:
        num_classes: K; index K stands for every value that is no class, as in
            :class:`.counting.ConfusionMatrix`.

    Attributes:
        images: per image its pairs, as places in the (K + 1, K + 1) matrix read row by row, (n,) int32, and their
            pixels, (n,) int64.
    """

    def __init__(self, num_classes: int) -> None:
        self.num_classes = num_classes
        self.images: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def add(self, index: int, pairs: torch.Tensor | np.ndarray) -> None:
        """Keep the (K + 1, K + 1) counts of one image, rows = label, columns = prediction."""
        flat = np.asarray(torch.as_tensor(pairs).cpu()).ravel()
        places = np.flatnonzero(flat)
        self.images[index] = places.astype(np.int32), flat[places]

    def merge(self, others: Iterable['ImagePairs'], first: int = 0) -> None:
        """Take in the images of others, ``first`` being added to their indices."""
        for other in others:
            self.images |= {first + index: kept for index, kept in other.images.items()}

    def indices(self) -> list[int]:
        """The images, in order."""
        return sorted(self.images)

    def of(self, index: int) -> np.ndarray:
        """(K + 1, K + 1) int64 of one image."""
        width = self.num_classes + 1
        flat = np.zeros(width * width, np.int64)
        places, pixels = self.images[index]
        flat[places] = pixels
        return flat.reshape(width, width)

    def total(self) -> np.ndarray:
        """(K + 1, K + 1) int64 of all images."""
        width = self.num_classes + 1
        flat = np.zeros(width * width, np.int64)
        for places, pixels in self.images.values():
            flat[places] += pixels
        return flat.reshape(width, width)

    def areas(self) -> np.ndarray:
        """(images, 2, K) int64: intersection and union of each class in each image, in order."""
        areas = np.zeros((len(self.images), 2, self.num_classes), np.int64)
        for row, index in enumerate(self.indices()):
            pairs = self.of(index)
            both = pairs.diagonal()[:-1]
            areas[row] = both, pairs[:, :-1].sum(0) + pairs[:-1].sum(1) - both
        return areas

    def holders(self, most: int) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """For each (label, prediction) that occurs the images with most pixels of it.

        Args:
            most: how many images at most.

        Returns:
            (index, pixels) each, the most first.
        """
        if not self.images:
            return {}
        indices = np.concatenate([np.full(len(places), index) for index, (places, _) in self.images.items()])
        places, pixels = (np.concatenate(parts) for parts in zip(*self.images.values()))
        order = np.lexsort((indices, -pixels, places))
        indices, places, pixels = indices[order], places[order], pixels[order]
        firsts = np.flatnonzero(np.diff(places, prepend=-1))
        found = {}
        for first, end in zip(firsts, [*firsts[1:], len(places)]):
            stop = min(end, first + most)
            cell = divmod(int(places[first]), self.num_classes + 1)
            found[cell] = list(zip(indices[first:stop].tolist(), pixels[first:stop].tolist()))
        return found


@runtime_checkable
class CountsImages(Protocol):
    """An evaluator that can keep what it counts of each image; None before it is asked to."""

    per_image: ImagePairs | None

    def keep_images(self) -> None:
        """Do so from now on."""
