"""Exported files where a segmentor is wanted: tested, served, drawn like one."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from mmcv.utils import one_line
from mmseg.checks import Facts as RunFacts
from mmseg.checks import Problem
from mmseg.models.segmentors.base_segmentor import BaseSegmentor
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder
from mmseg.models.segmentors.windows import checked_test_cfg
from mmseg.settings import Settings

from .facts import Facts
from .runtimes import RUNTIMES, Run, Runtime

_CERTAIN = 20.0  # the logit of a class that is certain


def is_exported_file(path: str | Path) -> bool:
    """Whether a file is an exported model rather than a checkpoint: .onnx, .xml, .pt2, or a .pt that holds code."""
    suffix = Path(path).suffix
    if suffix != '.pt':
        return suffix in RUNTIMES
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any('/code/' in name for name in archive.namelist())


def load_exported(path: str | Path, test_cfg: Mapping | None = None) -> 'ExportedSegmentor':
    """Open a file that tools/export.py has written.

    Args:
        path: ends in .onnx (onnxruntime), .xml (OpenVINO), .pt2 or .pt (plain PyTorch).
        test_cfg: how whole images are made of what the file takes, as of
            :class:`~mmseg.models.segmentors.encoder_decoder.EncoderDecoder`.

    Returns:
        A segmentor for inference on the CPU.

    Raises:
        ValueError: there is no such file, nothing that runs it, or it is of somebody else.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f'{path}: there is no such file')
    if not is_exported_file(path):
        raise ValueError(f'{path}: no exported model; these are files of {", ".join(RUNTIMES)}')
    runtime = _opened(path)
    if not runtime.metadata.get('shape'):
        raise ValueError(f'{path}: it lacks the metadata that tools/export.py writes; export the model with it')
    return ExportedSegmentor(str(path), runtime, Facts.of_metadata(runtime.metadata, str(path)), test_cfg)


def open_exported(settings: Settings, path: str | Path) -> 'ExportedSegmentor':
    """:func:`load_exported` with the ``test_cfg`` of a config."""
    model = settings.model or {}
    return load_exported(path, settings.test_cfg or model.get('test_cfg'))


def _opened(path: Path) -> Runtime:
    try:
        return RUNTIMES[path.suffix](path)
    except ValueError:
        raise
    except Exception as error:  # each runtime has its own
        raise ValueError(f'{path}: cannot be read: {one_line(error)}') from error


class ExportedSegmentor(EncoderDecoder):
    """A segmentor without weights of its own: an exported file says what it would have.

    Args:
        name: of the file.
        run: it, of what it takes to what it gives.
        facts: that it tells.
        test_cfg: see :class:`EncoderDecoder`.

    Attributes:
        facts: the same.
        CLASSES, PALETTE: of the file.
    """

    def __init__(self, name: str, run: Run, facts: Facts, test_cfg: Mapping | None = None) -> None:
        BaseSegmentor.__init__(self)  # there are no parts to build
        self.name = name
        self.facts = facts
        self.CLASSES, self.PALETTE = facts.classes, facts.palette
        self.align_corners = facts.align_corners
        self.out_channels = facts.out_channels
        self.num_classes = max(2, facts.out_channels)
        self.test_cfg = checked_test_cfg(test_cfg)
        self._run = run

    def check(self, facts: RunFacts) -> list[Problem]:
        """There are no parts that could fail to fit together."""
        return []

    def extract_feat(self, img: torch.Tensor) -> Sequence[torch.Tensor]:
        raise ValueError(f'{self.name}: an exported file gives no feature maps; take the model that it was made from')

    def encode_decode(self, img: torch.Tensor, img_metas: list[dict] | None) -> torch.Tensor:
        """Images (N, C, H, W) to logits (N, out_channels, H, W); of a file of labels, to some that give them."""
        images = self.as_taken(img)
        self._check_shape(images.shape)
        number = self.facts.shape[0]
        batches = [images] if number is None else np.split(images, len(images) // number)
        out = torch.from_numpy(np.concatenate([self._run(batch) for batch in batches])).to(img.device)
        if 'argmax' not in self.facts.steps:
            return out
        if self.out_channels == 1:
            return (out[:, None].float() * 2 - 1) * _CERTAIN
        return F.one_hot(out.long(), self.out_channels).permute(0, 3, 1, 2).float() * _CERTAIN

    def as_taken(self, img: torch.Tensor) -> np.ndarray:
        """What goes into the file, of normalised images (N, C, H, W)."""
        if 'normalize' not in self.facts.steps:
            return np.ascontiguousarray(img.float().cpu().numpy())
        mean, std = (torch.tensor(values)[:, None, None] for values in (self.facts.mean, self.facts.std))
        pixels = (img.float().cpu() * std + mean).round().clamp(0, 255).to(torch.uint8)
        rgb = pixels if self.facts.to_rgb else pixels.flip(1)
        return rgb.permute(0, 2, 3, 1).contiguous().numpy()

    def _check_shape(self, shape: Sequence[int]) -> None:
        taken = self.facts.shape
        wrong = [one for one, wanted in zip(shape[1:], taken[1:]) if wanted not in (None, one)]
        if wrong or len(shape) != len(taken) or (taken[0] and shape[0] % taken[0]):
            sides = ' x '.join('any' if side is None else str(side) for side in taken)
            raise ValueError(f'{self.name}: it takes images of {sides}, not of {" x ".join(map(str, shape))}; export '
                             'it with --dynamic, or resize them in the test pipeline')
        axes = slice(1, 3) if 'normalize' in self.facts.steps else slice(2, 4)
        if any(side % multiple for side, multiple in zip(shape[axes], self.facts.multiple)):
            raise ValueError(f'{self.name}: height and width have to be multiples of {list(self.facts.multiple)}, '
                             f'not {list(shape[axes])}; let Pad in the test pipeline see to it (size_divisor)')

    def last_head(self) -> 'ExportedSegmentor':
        """Itself: where :class:`EncoderDecoder` has the head with the last word."""
        return self

    @property
    def threshold(self) -> float | None:
        """Of a binary model."""
        return self.facts.threshold
