"""What an exported file tells of its model, in its metadata."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mmcv.checkpoint import class_facts
from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.assembly.loaders import pipeline_of
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder
from mmseg.palette import plain_palette


class Facts(NamedTuple):
    """What whoever runs the file has to know.

    Attributes:
        classes: their names; None where nobody has named them.
        palette: (K, 3) RGB colours; None where there are none.
        mean, std: of the channels of ``input``, in units of pixels (0 ... 255); None where nothing is normalised.
        to_rgb: whether the channels of ``input`` are RGB, not BGR; those of a file that normalises are always RGB.
        align_corners: of the resizing of the logits.
        out_channels: of the logits, the classes as a rule; 1 for a binary model.
        threshold: of the probability of class 1 in a binary model; None for others.
        steps: what the file does beside the network: 'normalize', 'argmax'.
        shape: of ``input``; None where a size is free.
        multiple: of what height and width have to be multiples.
    """

    classes: Sequence[str] | None = None
    palette: Sequence[Sequence[int]] | None = None
    mean: Sequence[float] | None = None
    std: Sequence[float] | None = None
    to_rgb: bool = True
    align_corners: bool = False
    out_channels: int = 0
    threshold: float | None = None
    steps: Sequence[str] = ()
    shape: Sequence[int | None] = ()
    multiple: Sequence[int] = (1, 1)

    @property
    def size(self) -> tuple[int | None, int | None]:
        """(height, width) of the images that the file takes; None where it takes any."""
        return tuple(self.shape[1:3] if 'normalize' in self.steps else self.shape[2:])

    def as_metadata(self) -> dict[str, str]:
        """Each of them as JSON."""
        return {name: json.dumps(value, ensure_ascii=False) for name, value in self._asdict().items()}

    @classmethod
    def of_metadata(cls, metadata: Mapping[str, str], where: str) -> 'Facts':
        """The inverse of :meth:`as_metadata`; what is missing has its default.

        Raises:
            ValueError: an entry is no JSON.
        """
        try:
            return cls(**{name: json.loads(metadata[name]) for name in cls._fields if metadata.get(name)})
        except json.JSONDecodeError as error:
            raise ValueError(f'{where}: its metadata are not what tools/export.py writes ({error})') from error


def facts_of(model: EncoderDecoder, config: Config | None) -> Facts:
    """The facts of a segmentor, as far as it and its config tell them."""
    named = class_facts(model)
    palette = named.get('PALETTE')
    told = normalization_of(config) if config is not None else {}
    mean, std = ([float(value) for value in told[key]] if told else None for key in ('mean', 'std'))
    binary = model.out_channels == 1
    return Facts(
        classes=list(named['CLASSES']) if 'CLASSES' in named else None,
        palette=None if palette is None else plain_palette(palette, 'PALETTE'),
        mean=mean,
        std=std,
        to_rgb=bool(told.get('to_rgb', True)),
        align_corners=bool(model.align_corners),
        out_channels=model.out_channels,
        threshold=float(model.last_head().threshold) if binary else None)


def normalization_of(config: Config) -> Mapping[str, object]:
    """The arguments of ``Normalize`` in the pipeline that the config tests with; empty if there is none."""
    try:
        pipeline = pipeline_of(config.data.test)
    except (ConfigError, AttributeError):
        return {}
    return next((step for step in _steps(pipeline) if step.get('type') == 'Normalize'), {})


def _steps(pipeline: Iterable[Mapping]) -> Iterator[Mapping]:
    """The transforms of a pipeline, those within others among them."""
    for step in pipeline:
        yield step
        yield from _steps(step.get('transforms', ()))
