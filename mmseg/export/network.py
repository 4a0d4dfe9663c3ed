"""What is exported: a segmentor from ``input`` to ``logits`` or ``labels``, with what steps around it are wanted."""

import copy
from typing import NamedTuple

import torch
from torch import nn

from mmcv.cnn import fuse_conv_bn
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder

from .facts import Facts
from .formats import STEPS

_LABELS = 256  # that a byte tells apart


class Sizes(NamedTuple):
    """Shape of what goes in.

    Attributes:
        channels: of an image.
        height, width: in pixels; None where every size is to do, and every number of images too.
    """

    channels: int
    height: int | None = None
    width: int | None = None

    @property
    def dynamic(self) -> bool:
        """Whether sizes are free."""
        return self.height is None


class Network(nn.Module):
    """A copy of a segmentor on the CPU that takes ``input`` alone.

    Args:
        model: stays as it is.
        facts: of the model, and the steps that are wanted: with 'normalize' ``input`` is (N, H, W, 3) uint8 RGB, with
            'argmax' the output is (N, H, W) uint8.
        half: compute in float16; what goes in and the logits are float32 nevertheless.
        folded: with norms folded into convolutions; else as the segmentor itself computes.

    Raises:
        ValueError: there is nothing to normalise by, or too many classes for labels of a byte.
    """

    def __init__(self, model: EncoderDecoder, facts: Facts, half: bool = False, folded: bool = True) -> None:
        super().__init__()
        self.steps = _checked(facts)
        self.half_precision = half
        self.threshold = facts.threshold
        self.flipped = not facts.to_rgb
        model = copy.deepcopy(model)
        if model.with_auxiliary_head:  # which only helps in training
            del model.auxiliary_head
        model = model.cpu().float().eval()
        if folded:
            model = fuse_conv_bn(model)
        self.model = (model.half() if half else model).requires_grad_(False)
        for name, value in (('mean', facts.mean), ('std', facts.std)):
            self.register_buffer(name, torch.tensor(value)[:, None, None] if 'normalize' in self.steps else None)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) float32 to logits (N, K, H, W) float32; or what the steps make of these."""
        if 'normalize' in self.steps:
            input = input.permute(0, 3, 1, 2).float()
            input = ((input.flip(1) if self.flipped else input) - self.mean) / self.std
        logits = self.model.forward_dummy(input.half() if self.half_precision else input).float()
        if 'argmax' not in self.steps:
            return logits
        if self.threshold is None:
            return logits.argmax(1).to(torch.uint8)
        return (logits[:, 0].sigmoid() > self.threshold).to(torch.uint8)

    def example(self, sizes: Sizes, height: int, width: int, images: int = 1, seed: int = 0) -> torch.Tensor:
        """Noise of the kind that the network takes."""
        random = torch.Generator().manual_seed(seed)
        if 'normalize' in self.steps:
            return torch.randint(256, (images, height, width, sizes.channels), generator=random, dtype=torch.uint8)
        return torch.randn(images, sizes.channels, height, width, generator=random)

    def shape(self, sizes: Sizes) -> tuple[int | None, ...]:
        """Of ``input``; None where a size is free."""
        images = None if sizes.dynamic else 1
        if 'normalize' in self.steps:
            return images, sizes.height, sizes.width, sizes.channels
        return images, sizes.channels, sizes.height, sizes.width

    @property
    def axes(self) -> tuple[int, int]:
        """Where height and width are in the shape of ``input``."""
        return (1, 2) if 'normalize' in self.steps else (2, 3)

    @property
    def output(self) -> str:
        """What comes out is called."""
        return 'labels' if 'argmax' in self.steps else 'logits'


def _checked(facts: Facts) -> frozenset[str]:
    steps = frozenset(facts.steps)
    for unknown in steps - set(STEPS):
        raise ValueError(f'export: there is no step {unknown!r}; use {" and ".join(STEPS)}')
    if 'normalize' in steps and (facts.mean is None or len(facts.mean) != 3):
        raise ValueError('export: normalize needs Normalize with three means in the pipeline of data.test: '
                         'put it there, or normalise outside of the file')
    if 'argmax' in steps and facts.out_channels > _LABELS:
        raise ValueError(f'export: argmax gives bytes, which tell {_LABELS} classes apart, but the model has '
                         f'{facts.out_channels}; export logits')
    return steps
