"""What a request is answered with."""

import base64
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mmcv.image.png_writer import PngWriter
from mmseg.inference import Classes

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


class Seen(NamedTuple):
    """What a model sees in an image.

    Attributes:
        labels: (H, W) class indices, uint8 or uint16.
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
        kind = np.uint8 if len(counts) <= _WHITE + 1 else np.uint16
        return cls(labels.astype(kind), np.rint(confidence * _WHITE).astype(np.uint8), shares)

    def as_png(self, classes: Classes) -> bytes:
        """The labels as a palette image; as a grey one of 16 bit where there are too many."""
        wide = classes.number > _WHITE + 1
        return _png(self.labels, None if wide else classes.colours)

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
            document |= {'mask': _address(self.as_png(classes)), 'certainty': _address(_png(self.confidence))}
        return document


def _png(values: np.ndarray, palette: Sequence[Sequence[int]] | None = None) -> bytes:
    file = io.BytesIO()
    writer = PngWriter(file, values.shape, values.dtype, palette)
    writer.write(values)
    writer.close()
    return file.getvalue()


def _address(png: bytes) -> str:
    return f'data:image/png;base64,{base64.b64encode(png).decode()}'
