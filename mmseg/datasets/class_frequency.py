"""Class weights for the loss, from how often each class occurs in the training labels."""

import numpy as np

from mmseg.protocols import LabelledDataset, Samples, require
from mmseg.samples import offering

_METHODS = ('median_frequency', 'inverse_log')


def class_weights(dataset: Samples, method: str = 'median_frequency', max_images: int = 2000) -> list[float]:
    """Weights that lift rare classes.

    Args:
        dataset: has ``CLASSES, ignore_index`` and ``eval_label(index)``, or holds such data sets.
        method: ``median_frequency``: the median frequency over the class's own, a class's frequency being its share of
            the pixels of those images that show it (Eigen and Fergus, ICCV 2015); ``inverse_log``: 1 / ln(1.02 + share
            of all pixels), between 1.4 and 50.5 (ENet, Paszke et al., 2016).
        max_images: of a larger data set so many are read, evenly spread.

    Returns:
        One weight per class. A class that does not occur gets 1 (median_frequency) or the largest weight (inverse_log).

    Raises:
        ValueError: an unknown method.
        ConfigTypeError: nothing in the data set gives labels; what it lacks is named.
    """
    if method not in _METHODS:
        raise ValueError(f'class weights by {method!r} are not known: use one of {", ".join(_METHODS)}')
    pixels, shown_in = _count_pixels(dataset, max_images)
    with np.errstate(divide='ignore', invalid='ignore'):
        if method == 'inverse_log':
            return (1 / np.log(1.02 + pixels / pixels.sum())).tolist()
        frequency = pixels / shown_in
        return np.nan_to_num(np.nanmedian(frequency) / frequency, nan=1.0).tolist()


def _count_pixels(dataset: Samples, max_images: int) -> tuple[np.ndarray, np.ndarray]:
    """(K,) the pixels of each class, and the labelled pixels of the images in which it occurs."""
    labelled = list(offering(dataset, LabelledDataset))
    if not labelled:
        require(dataset, LabelledDataset, "class_weight='auto'")
    classes = len(labelled[0].CLASSES)
    pixels, shown_in = np.zeros(classes), np.zeros(classes)
    ends = np.cumsum([len(part) for part in labelled])
    for place in np.unique(np.linspace(0, ends[-1] - 1, min(max_images, ends[-1])).astype(int)):
        number = np.searchsorted(ends, place, side='right')
        part = labelled[number]
        label = part.eval_label(int(place - ends[number] + len(part)))
        counts = np.bincount(label[label != part.ignore_index], minlength=classes)[:classes]
        pixels += counts
        shown_in += np.where(counts > 0, counts.sum(), 0)
    return pixels, shown_in
