"""A look at the validation images with the model at hand: pictures of some, calibration over some more."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from torch import nn

from mmcv.utils import one_line
from mmseg.evaluation.calibration import Calibration
from mmseg.evaluation.picture import as_picture, load_image, load_label
from mmseg.palette import Palette
from mmseg.protocols import Samples
from mmseg.samples import ignored_label, sample_files, spread

from .choice import Chosen
from .panels import Panel, panels_of_image
from .prediction import Prediction, predict

_SAMPLE = 32  # images, evenly spread, that the calibration is measured on


class Look(NamedTuple):
    """What was seen.

    Attributes:
        shown: per chosen image its panels, in their order.
        calibration: over evenly spread images.
        measured: how many these are.
        problems: one line per image that could not be shown.
    """

    shown: list[tuple[Chosen, list[Panel]]]
    calibration: Calibration
    measured: int
    problems: list[str]


class Looker:
    """Predicts images until they are done or the time is up.

    Args:
        model: in eval mode, not wrapped.
        dataset: of the images.
        names, palette: of the classes.
        bands: of the images, see :func:`mmseg.evaluation.picture.as_picture`.
    """

    def __init__(
        self, model: nn.Module, dataset: Samples, names: Sequence[str], palette: Palette,
        bands: Sequence[int] | None = None,
    ) -> None:
        self.model = model
        self.dataset = dataset
        self.names = names
        self.palette = palette
        self.bands = bands
        self.calibration = Calibration()
        self.measured = 0
        self._drawn: dict[int, list[Panel]] = {}
        self._failed: dict[int, str] = {}

    def look(self, chosen: Sequence[Chosen], seconds: float) -> Look:
        """Predict evenly spread images for half of the time, and in the rest those of ``chosen`` that are left."""
        begin = time.monotonic()
        wanted = dict.fromkeys(one.index for one in chosen)
        sample = np.random.RandomState(0).permutation(spread(len(self.dataset), _SAMPLE))  # any beginning is spread too
        self._each(sample.tolist(), begin + seconds / 2, lambda index: self._take(index, True, index in wanted))
        rest = [index for index in wanted if index not in self._drawn and index not in self._failed]
        self._each(rest, begin + seconds, lambda index: self._take(index, False, True))
        shown = [(one, self._drawn[one.index]) for one in chosen if one.index in self._drawn]
        return Look(shown, self.calibration, self.measured, list(self._failed.values()))

    def _each(self, indices: Iterable[int], end: float, take: Callable[[int], None]) -> None:
        for index in indices:
            if time.monotonic() > end:
                return
            try:
                take(index)
            except Exception as error:  # of a user's loader, perhaps: the other images are shown
                self._failed[index] = f'{sample_files(self.dataset, index)["img"]}: {one_line(error) or type(error)}'

    def _take(self, index: int, measure: bool, draw: bool) -> None:
        prediction = predict(self.model, self.dataset, index)
        label = self._label(index)
        if measure and label is not None:
            self._measure(prediction, label)
        if draw:
            picture = as_picture(load_image(self.dataset, index), self.bands)
            self._drawn[index] = panels_of_image(
                picture, label, prediction.label, prediction.confidence, self.names, self.palette)

    def _label(self, index: int) -> np.ndarray | None:
        """(H, W) class indices, -1 where pixels do not count."""
        label, ignored = load_label(self.dataset, index), ignored_label(self.dataset)
        return label if label is None or ignored is None else np.where(label == ignored, -1, label.astype(np.int64))

    def _measure(self, prediction: Prediction, label: np.ndarray) -> None:
        if prediction.confidence is None or label.shape != prediction.label.shape:
            return
        counted = (label >= 0) & (label < len(self.names))
        self.calibration.add(prediction.confidence[counted], (label == prediction.label)[counted])
        self.measured += 1
