"""Class weights for the loss, from how often each class occurs in the training labels."""

from typing import Any

import numpy as np

_METHODS = ('median_frequency', 'inverse_log')


def class_weights(dataset: Any, method: str = 'median_frequency', max_images: int = 2000) -> list[float]:
    """Weights that lift rare classes.

    Args:
        dataset: has ``CLASSES, ignore_index`` and ``eval_label(index)``, as CustomDataset and ConcatDataset do.
        method: ``median_frequency``: the median frequency over the class's own, a class's frequency being its share of
            the pixels of those images that show it (Eigen and Fergus, ICCV 2015); ``inverse_log``: 1 / ln(1.02 + share
            of all pixels), between 1.4 and 50.5 (ENet, Paszke et al., 2016).
        max_images: of a larger data set so many are read, evenly spread.

    Returns:
        One weight a class. A class that does not occur gets 1 (median_frequency) or the largest weight (inverse_log).
    """
    if method not in _METHODS:
        raise ValueError(f'class weights by {method!r} are not known: use one of {", ".join(_METHODS)}')
    pixels, shown_in = _count_pixels(dataset, max_images)
    with np.errstate(divide='ignore', invalid='ignore'):
        if method == 'inverse_log':
            return (1 / np.log(1.02 + pixels / pixels.sum())).tolist()
        frequency = pixels / shown_in
        return np.nan_to_num(np.nanmedian(frequency) / frequency, nan=1.0).tolist()


def _count_pixels(dataset: Any, max_images: int) -> tuple[np.ndarray, np.ndarray]:
    """(K,) the pixels of each class, and the labelled pixels of the images in which it occurs."""
    classes = len(dataset.CLASSES)
    pixels, shown_in = np.zeros(classes), np.zeros(classes)
    for index in np.unique(np.linspace(0, len(dataset) - 1, min(max_images, len(dataset))).astype(int)):
        label = dataset.eval_label(int(index))
        counts = np.bincount(label[label != dataset.ignore_index], minlength=classes)[:classes]
        pixels += counts
        shown_in += np.where(counts > 0, counts.sum(), 0)
    return pixels, shown_in
