"""A model that predicts images: several of one size at once, or one of any size in windows."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch import nn

from mmcv.checkpoint import unwrap
from mmcv.parallel import to_device
from mmseg.models.layers import normalize_bytes, resize
from mmseg.protocols import GivesProbabilities, require

from .preparation import ImageLike, Preparation, Prepared
from .windows import Part, WindowLogits, blend, lay_windows, rows_of_resized

Name = TypeVar('Name')

_WHOLE_PIXELS = 2_200_000  # that the network sees at once: a frame of Cityscapes, and a little more
_LARGEST_WINDOW = 512, 1024  # of which a ResNet-50 takes half a gigabyte; with many classes its logits take as much
_MANY = 64
_WINDOW = 512, 512
_SHARED = 8  # the part of a window that it shares with the next one
_NUMBERS_AT_ONCE = 1 << 23  # logits that are turned into probabilities
_MOST_NUMBERS = 1 << 27  # probabilities of one image that are held at once, half a gigabyte


class Prediction(NamedTuple):
    """A part of an image, or all of it, as a model sees it.

    Attributes:
        y, x: its first row and column.
        labels: (h, w) class indices.
        confidence: (h, w) float32, how probable the class is that was chosen.
        probability: (K, h, w) float32, how probable each class is. Both are None where only labels were asked for.
    """

    y: int
    x: int
    labels: torch.Tensor
    confidence: torch.Tensor | None = None
    probability: torch.Tensor | None = None


class Predictor:
    """Predicts images as the test pipeline of a model's config prepares them.

    Args:
        model: from :func:`mmseg.apis.init_segmentor`.
        batch_size: how many images of one size, or windows of one image, are predicted at once.
        tile: (height, width) of windows for every image; None predicts as in testing what is no larger than the network
            can see at once, and anything larger in windows as large as the images that the model is tested with.
        overlap: pixels that neighbouring windows share; None takes an eighth of the smaller edge, or what
            ``test_cfg`` gives.
    """

    def __init__(
        self, model: nn.Module, batch_size: int = 1, tile: tuple[int, int] | None = None, overlap: int | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f'batch size {batch_size}: at least 1 is needed')
        self.model = model
        self.batch_size = batch_size
        self.prepare = Preparation(model)
        self._tile, self._overlap = tile, overlap
        self.device = next((weight.device for weight in model.parameters()), torch.device('cpu'))  # an exported file

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return self._with_probabilities().num_classes

    @property
    def out_channels(self) -> int:
        """How many maps of logits the network gives; one may stand for two classes."""
        return self._with_probabilities().out_channels

    def load(self, img: ImageLike, where: str = 'image') -> Prepared:
        """Load an image, and run the test pipeline; see :meth:`.preparation.Preparation.load`."""
        return self.prepare(*self.prepare.load(img, where))

    def labels(self, batch: Sequence[Prepared]) -> list[np.ndarray]:
        """The label map (H, W) of each image, all of one shape, at its own size."""
        with torch.no_grad():
            return self.model(return_loss=False, rescale=True, **to_device(_joined(batch), self.device))

    def probabilities(self, batch: Sequence[Prepared]) -> list[Prediction]:
        """Labels, confidence and probabilities of images of one shape."""
        model = self._with_probabilities()
        data = to_device(_joined(batch), self.device)
        with torch.no_grad():
            labels, probability = model.predict_probabilities(data['img'], data['img_metas'])
        return [_prediction(*maps) for maps in zip(labels, probability)]

    def predict(
        self, batch: Sequence[Prepared], with_confidence: bool = False, with_probability: bool = False,
    ) -> list[Prediction]:
        """Images of one shape, whole; in windows where they are too large for the network at once."""
        if self.is_large(batch[0], with_confidence or with_probability):
            return [self._together(prepared, with_confidence, with_probability) for prepared in batch]
        if with_confidence or with_probability:
            return self.probabilities(batch)
        return [Prediction(0, 0, torch.as_tensor(labels)) for labels in self.labels(batch)]

    def _together(self, prepared: Prepared, with_confidence: bool, with_probability: bool) -> Prediction:
        size = prepared.image.shape[:2]
        labels = torch.empty(size, dtype=torch.long)
        confidence = torch.empty(size) if with_confidence else None
        probability = torch.empty(self.num_classes, *size) if with_probability else None
        for part in self.parts(prepared, with_probability):
            rows = slice(part.y, part.y + part.labels.shape[0])
            columns = slice(part.x, part.x + part.labels.shape[1])
            labels[rows, columns] = part.labels.cpu()
            if confidence is not None:
                confidence[rows, columns] = part.confidence.cpu()
            if probability is not None:
                probability[:, rows, columns] = part.probability.cpu()
        return Prediction(0, 0, labels, confidence, probability)

    def batches(self, named: Iterable[tuple[Name, Prepared]]) -> Iterator[list[tuple[Name, Prepared]]]:
        """Images that follow each other and have one shape, no more than ``batch_size`` at once."""
        batch: list[tuple[Name, Prepared]] = []
        for name, prepared in named:
            if batch and prepared.shapes != batch[0][1].shapes:
                yield batch
                batch = []
            batch.append((name, prepared))
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch:
            yield batch

    def is_large(self, prepared: Prepared, with_probabilities: bool = False) -> bool:
        """Whether an image has to be predicted part by part."""
        if self._tile is not None:
            return True
        if not isinstance(unwrap(self.model), GivesProbabilities):  # of a project's own, which takes whole images only
            return False
        view = prepared.batch['img'][0]
        if view.shape[2] * view.shape[3] > _WHOLE_PIXELS:
            return True
        height, width = prepared.image.shape[:2]
        return with_probabilities and height * width * self.num_classes > _MOST_NUMBERS

    def parts(self, prepared: Prepared, with_probability: bool = True) -> Iterator[Prediction]:
        """Predict an image in windows, and give its parts from left to right and from top to bottom.

        The network sees what it sees in testing: where the test pipeline resizes an image, windows are cut of the
        resized one. Of several augmentations the first counts.
        """
        img, meta = prepared.batch['img'][0], prepared.batch['img_metas'][0][0]
        seen = to_device(img, self.device)
        with torch.no_grad():
            seen = normalize_bytes(seen, [meta])[:, :, :meta['img_shape'][0], :meta['img_shape'][1]]

        def logits_of(rows: slice, columns: Sequence[slice]) -> torch.Tensor:
            return self._logits(torch.cat([seen[:, :, rows, part] for part in columns]), [meta] * len(columns))

        size, own = tuple(seen.shape[2:]), prepared.image.shape[:2]
        if size == own:
            yield from self.windows(size, logits_of, with_probability)
        else:
            yield from self._resized(size, own, logits_of, with_probability)

    def windows(
        self, size: tuple[int, int], logits_of: WindowLogits, with_probability: bool = True,
    ) -> Iterator[Prediction]:
        """As :meth:`parts`, of an image of this size, (height, width), that ``logits_of`` reads."""
        for y, x, logits in self._blended(size, logits_of):
            yield self._classified(y, x, logits, with_probability)

    def count_windows(self, size: tuple[int, int]) -> int:
        """How many parts an image of a size, (height, width), comes in."""
        crop, overlap = self.tiling(size)
        return math.prod(len(lay_windows(*edge, overlap)) for edge in zip(size, crop))

    def _blended(self, size: tuple[int, int], logits_of: WindowLogits) -> Iterator[Part]:
        crop, overlap = self.tiling(size)
        rows, columns = (lay_windows(*edge, overlap) for edge in zip(size, crop))
        return blend(rows, columns, logits_of, self.batch_size)

    def _resized(
        self, size: tuple[int, int], own: tuple[int, int], logits_of: WindowLogits, with_probability: bool,
    ) -> Iterator[Prediction]:
        """Strips of an image that the network sees at another size than its own."""
        whole = None
        for y, x, logits in self._blended(size, logits_of):
            if whole is None:
                whole = logits.new_empty(len(logits), *size)
            whole[:, y:y + logits.shape[1], x:x + logits.shape[2]] = logits
        step = max(1, _MOST_NUMBERS // 4 // (own[1] * len(whole)))
        align_corners = self._with_probabilities().align_corners
        for start in range(0, own[0], step):
            strip = rows_of_resized(whole, own, align_corners, start, min(start + step, own[0]))
            yield self._classified(start, 0, strip, with_probability)

    def _classified(self, y: int, x: int, logits: torch.Tensor, with_probability: bool) -> Prediction:
        """Of logits (K, h, w), some rows at a time."""
        model, labels, confidence, probability = self._with_probabilities(), [], [], []
        for rows in logits.split(max(1, _NUMBERS_AT_ONCE // (len(logits) * logits.shape[2])), dim=1):
            found = _prediction(*(maps[0] for maps in model.classify(rows[None])))
            labels.append(found.labels)
            confidence.append(found.confidence)
            if with_probability:
                probability.append(found.probability)
        return Prediction(
            y, x, torch.cat(labels), torch.cat(confidence), torch.cat(probability, dim=1) if probability else None)

    def window_logits(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        """Logits (N, K, h, w) of parts of an image, all of one size, which is left as it is."""
        with torch.no_grad():
            batch = to_device(_joined([self.prepare(image, own_size=True) for image in images]), self.device)
            metas = batch['img_metas'][0]
            height, width = metas[0]['img_shape'][:2]
            logits = self._logits(batch['img'][0], metas)[:, :, :height, :width]
            own = images[0].shape[:2]
            if logits.shape[2:] == own:
                return logits
            return resize(logits, own, mode='bilinear', align_corners=self._with_probabilities().align_corners)

    def tiling(self, size: tuple[int, int]) -> tuple[tuple[int, int], int]:
        """(height, width) of the windows for an image of a size, and their overlap."""
        crop, overlap = self._tiling_of_config() if self._tile is None else (self._tile, None)
        crop = tuple(min(edge, most) for edge, most in zip(crop, size))
        shared = next((number for number in (self._overlap, overlap) if number is not None), min(crop) // _SHARED)
        return crop, min(shared, min(crop) - 1)

    def _tiling_of_config(self) -> tuple[tuple[int, int], int | None]:
        """Windows as large as what the model sees in testing."""
        test_cfg = self._with_probabilities().test_cfg
        if test_cfg.get('mode') == 'slide':
            crop = tuple(test_cfg['crop_size'])
            return crop, min(edge - step for edge, step in zip(crop, test_cfg['stride']))
        scale = self.prepare.scale or _WINDOW
        largest = _LARGEST_WINDOW if self.num_classes < _MANY else _WINDOW
        return tuple(min(edge, most) for edge, most in zip(scale, largest)), None

    def _logits(self, img: torch.Tensor, metas: list[dict]) -> torch.Tensor:
        with torch.no_grad():
            return self._with_probabilities().predict_logits(img, metas)

    def _with_probabilities(self) -> GivesProbabilities:
        model = unwrap(self.model)
        require(model, GivesProbabilities, 'probabilities and windows')
        return model


def _prediction(labels: torch.Tensor, probability: torch.Tensor) -> Prediction:
    """Of (h, w) labels and (K, h, w) probabilities of a whole image."""
    return Prediction(0, 0, labels, probability.gather(0, labels[None])[0], probability)


def _joined(batch: Sequence[Prepared]) -> dict:
    """The images of one shape as one batch."""
    if len(batch) == 1:
        return batch[0].batch
    images = zip(*(one.batch['img'] for one in batch))
    metas = zip(*(one.batch['img_metas'] for one in batch))
    return {'img': [torch.cat(views) for views in images], 'img_metas': [list(chain(*views)) for views in metas]}
