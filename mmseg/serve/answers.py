"""What a request is answered with."""

import io
from collections.abc import Callable
from typing import IO, NamedTuple

import numpy as np

from mmcv.image.png_writer import PngWriter
from mmseg.inference import Classes
from mmseg.page.picture import data_address

_WHITE = 255


class Refused(Exception):
    """A request that is not answered with a prediction.

    Attributes:
        status: of HTTP.
        message: one line, for people.
        retry_after: seconds after which it may be tried again; None where that is no use.
    """

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


def the_end() -> Refused:
    """What is told to those for whom there is no time any more."""
    return Refused(503, 'the server is ending: try again later', retry_after=10)


class Seen(NamedTuple):
    """What a model sees in an image.

    Attributes:
        labels: (H, W) class indices, uint16.
        confidence: (H, W) uint8, how probable the class is that was chosen; 255 is certain.
        shares: {index of a class that was chosen: (its share of the pixels, its mean probability there)}.
    """

    labels: np.ndarray
    confidence: np.ndarray
    shares: dict[int, tuple[float, float]]

    @classmethod
    def of(cls, labels: np.ndarray, confidence: np.ndarray) -> 'Seen':
        """From (H, W) class indices and (H, W) probabilities of 0 to 1."""
        counts = np.bincount(labels.ravel())
        sums = np.bincount(labels.ravel(), confidence.ravel())
        shares = {int(index): (counts[index] / labels.size, min(1.0, sums[index] / counts[index]))
                  for index in np.argsort(-counts, kind='stable') if counts[index]}
        return cls(labels.astype(np.uint16), np.rint(confidence * _WHITE).astype(np.uint8), shares)

    def as_png(self, classes: Classes) -> bytes:
        """The labels, as :meth:`.Classes.png_writer` writes them."""
        return _png(self.labels, classes.png_writer)

    def as_document(self, classes: Classes, with_pictures: bool = False) -> dict:
        """For programs: the size, and the classes that were chosen, the one with the largest share first.

        Args:
            classes: of the model.
            with_pictures: add the labels as ``mask`` and the confidence as ``certainty``, data addresses of PNG.
        """
        height, width = self.labels.shape
        document = {'width': width, 'height': height, 'classes': [
            {'index': index, 'name': classes.names[index], 'share': float(share), 'confidence': float(confidence)}
            for index, (share, confidence) in self.shares.items()]}
        if with_pictures:
            pictures = {'mask': self.as_png(classes), 'certainty': _png(self.confidence)}
            document |= {name: data_address(png, 'png') for name, png in pictures.items()}
        return document


def wants_document(accept: str) -> bool:
    """Whether a header ``Accept`` names JSON, and no picture that it would rather have."""
    weights = {}
    for one in accept.lower().split(','):
        kind, *parameters = (part.strip() for part in one.split(';'))
        weights[kind] = next((_weight(part[2:]) for part in parameters if part.startswith('q=')), 1.0)
    document = weights.get('application/json', 0.0)
    return document > 0 and document >= weights.get('image/png', 0.0)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _png(values: np.ndarray, writer_of: Callable[[IO[bytes], tuple[int, int]], PngWriter] = PngWriter) -> bytes:
    file = io.BytesIO()
    writer = writer_of(file, values.shape)
    writer.write(values)
    writer.close()
    return file.getvalue()
