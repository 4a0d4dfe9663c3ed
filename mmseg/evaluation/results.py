"""What becomes of the label maps of a test run: they are counted, kept, written for a test server, drawn."""

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

import mmcv
from mmcv import dist
from mmcv.utils import ConfigError, did_you_mean, one_line
from mmcv.utils.arguments import Parameters
from mmseg.logger import get_root_logger
from mmseg.protocols import (
    CountingDataset,
    DrawsResults,
    EvaluatedDataset,
    EvaluatorLike,
    FormatsResults,
    JoinedDataset,
    LabelledDataset,
    PreEvaluates,
    Samples,
    TakesResults,
    require,
)
from mmseg.samples import palette, sample_files

from .image_pairs import CountsImages
from .label_maps import write_class_indices
from .picture import as_picture, load_image, picture_path

T = TypeVar('T')


class Results:
    """Hands each batch of label maps to all that want it; :func:`mmcv.engine.run_inference` takes it.

    Args:
        takers: such as :class:`Counted`, :class:`Kept`, :class:`Formatted`, :class:`Drawn`.
    """

    def __init__(self, *takers: TakesResults) -> None:
        self.takers = takers

    def __call__(self, results: list, indices: list[int]) -> None:
        for taker in self.takers:
            taker.add(results, indices)


class Counted:
    """Label maps counted against the labels: by the data set's evaluator, or by a ``pre_eval`` of its own.

    Args:
        dataset: what is evaluated. One without either keeps the label maps for its ``evaluate``.
        options: arguments of ``evaluate``; the evaluator is told those that it takes too.
    """

    def __init__(self, dataset: EvaluatedDataset, **options: Any) -> None:
        self.dataset = dataset
        self.options = options
        self.evaluator: EvaluatorLike | None = None
        self._pairs: list[tuple[int, object]] = []
        if has_evaluator(dataset):
            known = inspect.signature(dataset.new_evaluator).parameters
            self.evaluator = dataset.new_evaluator(**{name: options[name] for name in options if name in known})

    def keep_images(self) -> None:
        """Let the evaluator keep what it counts of each image, if it can."""
        if isinstance(self.evaluator, CountsImages):
            self.evaluator.keep_images()

    def add(self, results: list, indices: list[int]) -> None:
        """Count the label maps of these samples."""
        if self.evaluator is not None:
            self.evaluator.add(results, indices)
        elif isinstance(self.dataset, PreEvaluates):
            self._pairs += zip(indices, self.dataset.pre_eval(results, indices))
        else:
            self._pairs += zip(indices, results)

    def total(self) -> EvaluatorLike | list:
        """What ``dataset.evaluate`` takes, of all ranks; every rank has to call it, once."""
        if self.evaluator is None:
            return in_order(self._pairs)
        self.evaluator.reduce()
        return self.evaluator

    def evaluate(self, logger: logging.Logger | str | None = None) -> Mapping[str, float] | None:
        """The metrics by name, on rank 0; None elsewhere. Every rank has to call it, once."""
        total = self.total()
        return self.dataset.evaluate(total, logger=logger, **self.options) if dist.is_main() else None


class Kept:
    """Label maps kept in memory."""

    def __init__(self) -> None:
        self._pairs: list[tuple[int, np.ndarray]] = []

    def add(self, results: list, indices: list[int]) -> None:
        """Keep the label maps of these samples."""
        self._pairs += zip(indices, results)

    def total(self) -> list[np.ndarray]:
        """Those of all ranks, in the order of the samples; every rank has to call it."""
        return in_order(self._pairs)


class Formatted:
    """Label maps written as files.

    Args:
        dataset: may know the format of its test server; else they are images of class indices, by the images' names.
        options: of its ``format_results``; without ``imgfile_prefix`` the folder is ``.format_TYPE``.
    """

    def __init__(self, dataset: Samples, **options: Any) -> None:
        options = {'imgfile_prefix': f'./.format_{type(dataset).__name__.lower()}', **options}
        self.folder = options['imgfile_prefix']
        self.write = partial(format_function(dataset), **options)

    def add(self, results: list, indices: list[int]) -> None:
        """Write the label maps of these samples."""
        self.write(results, indices=indices)


class Drawn:
    """Label maps drawn over their images.

    Args:
        dataset: of the images.
        model: its ``show_result`` draws.
        folder: where the pictures go, by the images' names; None writes none.
        show: show each in a window.
        opacity: of a label map over its image, above 0 and up to 1.
        bands: of the images, see :func:`.picture.as_picture`.
    """

    def __init__(
        self, dataset: Samples, model: DrawsResults, folder: str | None = None, show: bool = False,
        opacity: float = 0.5, bands: Sequence[int] | None = None,
    ) -> None:
        require(model, DrawsResults, 'pictures of results')
        self.dataset = dataset
        self.model = model
        self.folder = folder
        self.show = show
        self.opacity = opacity
        self.bands = bands

    def add(self, results: list, indices: list[int]) -> None:
        """Draw the label maps of these samples; an image that cannot be shown is named in a warning."""
        for result, index in zip(results, indices):
            try:
                picture = as_picture(load_image(self.dataset, index), self.bands)
            except Exception as error:  # of a user's loader, perhaps: the other pictures are drawn
                file = sample_files(self.dataset, index)['img']
                get_root_logger().warning(f'no picture of {file}: {one_line(error) or type(error).__name__}')
                continue
            picture = mmcv.imresize(picture, (result.shape[1], result.shape[0]))
            self.model.show_result(
                picture, [result], palette=palette(self.dataset), show=self.show, out_file=self._out_file(index),
                opacity=self.opacity)

    def _out_file(self, index: int) -> str | None:
        if self.folder is None:
            return None
        path = str(Path(self.folder, picture_path(self.dataset, index)))
        return path if cv2.haveImageWriter(path) else f'{path}.png'


def format_function(dataset: Samples) -> Callable:
    """What writes the label maps of a data set: its ``format_results``, or else what writes class indices."""
    if isinstance(dataset, FormatsResults):
        return dataset.format_results

    def format_results(results: list, imgfile_prefix: str, indices: list[int] | None = None) -> list[str]:
        return write_class_indices(dataset, results, imgfile_prefix, indices)

    return format_results


def in_order(pairs: Iterable[tuple[int, T]]) -> list[T]:
    """The values of (index, value) pairs of all ranks, by index; every rank has to call it."""
    everything = dict(pair for part in dist.gather_objects(list(pairs)) for pair in part)
    return [everything[index] for index in sorted(everything)]


def has_evaluator(dataset: Samples) -> bool:
    """Whether a data set's ``new_evaluator`` does what its ``pre_eval`` and ``evaluate`` mean.

    It does not where a subclass has overridden one of the two without the other: then its own way has to be gone; nor
    for data sets in a row where it does not for one of them.
    """
    if not isinstance(dataset, CountingDataset):
        return False
    if isinstance(dataset, JoinedDataset) and not all(map(has_evaluator, dataset.datasets)):
        return False
    kinds = type(dataset).__mro__

    def depth(name: str) -> int:
        return next((i for i, kind in enumerate(kinds) if name in vars(kind)), len(kinds))

    own = depth('new_evaluator')
    return own < len(kinds) and own <= min(depth('pre_eval'), depth('evaluate'))


def check_evaluation(
    dataset: Samples, options: Iterable[str], where: str, given: Iterable[str] = ('results', 'logger'),
) -> None:
    """Refuse a data set that cannot be evaluated, and options that its ``evaluate`` does not take.

    Args:
        dataset: as the loop gets it.
        options, where, given: see :func:`check_options`.

    Raises:
        ConfigTypeError: names what the data set lacks.
        ConfigError: as :func:`check_options`.
    """
    require(dataset, EvaluatedDataset, 'evaluation', instead=LabelledDataset)
    check_options(dataset.evaluate, options, where, given)


def check_options(function: Callable, options: Iterable[str], where: str, given: Iterable[str] = ()) -> None:
    """Refuse options that a method of a data set does not take, before hours of inference.

    Args:
        function: such as ``dataset.evaluate``.
        options: their names.
        where: what to write before a name: ``'evaluation.'``.
        given: arguments that are no options, because the caller gives them.

    Raises:
        ConfigError: names the first of them, and the nearest that there is.
    """
    taken = Parameters(function)
    names = taken.names - set(given)
    for name in options:
        if name not in names and (name in taken.names or not taken.accept(name)):
            owner = type(function.__self__).__name__ if inspect.ismethod(function) else 'it'
            raise ConfigError(f'{where}{name}: {owner} takes no such option{did_you_mean(name, names)}')
