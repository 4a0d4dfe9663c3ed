"""What CHASE_DB1, DRIVE, HRF and STARE share: photographs of the retina and masks of its vessels."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from .jobs import Job
from .sources import Source, read_rgb


def read_vessels(source: Source) -> np.ndarray:
    """(H, W) uint8: 1 where the mask is 128 or brighter; some masks are not quite black and white."""
    return read_rgb(source)[..., 2] // 128


def split_eyes(eyes: Iterable[str], training: int, whole: int) -> dict[str, str]:
    """The folder of each eye: the first ``training`` in the order of their names are for training.

    An incomplete data set, of less than ``whole`` eyes, is split by the same rule, with a note: an image that is
    missing from the training part is made up from the validation part.
    """
    eyes = sorted(set(eyes))
    if len(eyes) != whole:
        print(f'note: {len(eyes)} images where the data set has {whole}: the split is not the usual one')
    return {eye: 'training' if place < training else 'validation' for place, eye in enumerate(eyes)}


def list_jobs(
    images: Mapping[str, Source], masks: Mapping[str, tuple[str, Source]], folders: Mapping[str, str], out: Path
) -> list[Job]:
    """Images and masks as PNG.

    Args:
        images: eye -> photograph.
        masks: name of the output -> eye, mask.
        folders: eye -> training or validation.
        out: where the folders images and annotations go.
    """
    jobs = [Job(source, out / 'images' / folders[eye] / f'{eye}.png', read_rgb) for eye, source in images.items()]
    return jobs + [
        Job(source, out / 'annotations' / folders[eye] / f'{name}.png', read_vessels, images.get(eye))
        for name, (eye, source) in masks.items()]
