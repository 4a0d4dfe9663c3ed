"""One call that writes a model to a file, and leaves none that does not do what the model does."""

import os
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from torch import nn

from mmcv.checkpoint import unwrap
from mmcv.config import Config
from mmcv.utils import did_you_mean
from mmseg.models.probe import image_channels
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder

from .comparison import compare
from .facts import Facts, facts_of
from .formats import FORMATS
from .network import Network, Sizes
from .program import trace


def export(
    model: nn.Module,
    format: str = 'onnx',
    *,
    out: str | Path | None = None,
    dynamic: bool | None = None,
    size: tuple[int, int] | None = None,
    half: bool = False,
    steps: Collection[str] = (),
    config: Config | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write a segmentor to a file that runs without this package, and compare the file with it.

    Args:
        model: an :class:`EncoderDecoder` with its weights, as of :func:`mmseg.apis.load_model`; it is not changed.
        format: 'onnx', 'torch_export', 'openvino' or 'torchscript'.
        out: the file; by default ``model`` with the suffix of the format, in the current folder.
        dynamic: number of images, height and width are free; by default where no ``size`` is given.
        size: (height, width) of the one image that the file takes otherwise.
        half: weights and computation in float16.
        steps: what the file does beside the network: 'normalize' takes (N, H, W, 3) uint8 RGB, 'argmax' gives
            labels (N, H, W) uint8.
        config: tells mean and std; by default the model's own, ``model.cfg``.
        tell: is called with each line for the user.

    Returns:
        The path of the file.

    Raises:
        ValueError: the model cannot be written so, or a package is missing; it tells the mend.
        FileDiffers: the file does not give what the model gives; it is not left behind.
    """
    if format not in FORMATS:
        raise ValueError(f'export: there is no format {format!r}{did_you_mean(format, FORMATS)}; use one of '
                          f'{", ".join(FORMATS)}')
    kind, model = FORMATS[format], unwrap(model)
    if not isinstance(model, EncoderDecoder):
        raise ValueError(f'export: a {type(model).__name__} is no EncoderDecoder')
    path = Path(out or f'model{kind.suffix}')
    if path.suffix != kind.suffix:
        raise ValueError(f'{path}: a file of {format} has to end in {kind.suffix}')
    config = config or vars(model).get('cfg')
    sizes = _sizes(model, dynamic, size)
    facts = facts_of(model, config)._replace(steps=sorted(steps))
    network = Network(model, facts, half)
    traced = trace(network, sizes)
    facts = facts._replace(shape=network.shape(sizes), multiple=traced.multiple)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix='.export-') as folder:
        made = Path(folder, path.name)
        for line in kind.write(traced.program, made, facts.as_metadata(), network.output):
            tell(line)
        reference = network if half else Network(model, facts, folded=False)
        for line in compare(made, reference, sizes, traced.multiple):
            tell(line)
        for file in Path(folder).iterdir():
            os.replace(file, path.parent / file.name)
    tell(f'{path}: {_described(network, facts)}')
    return path


def _sizes(model: EncoderDecoder, dynamic: bool | None, size: tuple[int, int] | None) -> Sizes:
    if dynamic and size is not None:
        raise ValueError('export: dynamic takes every size; give it or size')
    if dynamic is False and size is None:
        raise ValueError('export: give the size of the images, (height, width), or dynamic=True')
    if size is not None and not (len(size) == 2 and all(isinstance(side, int) and side > 0 for side in size)):
        raise ValueError(f'export: size is {size!r}; give (height, width) in pixels')
    channels = image_channels(model)
    if channels is None:
        raise ValueError('export: the backbone has no convolution that tells how many channels its images have')
    return Sizes(channels, *(size or (None, None)))


def _described(network: Network, facts: Facts) -> str:
    names = 'NHWC' if 'normalize' in facts.steps else 'NCHW'
    sides = ', '.join(str(side or name) for name, side in zip(names, facts.shape))
    kind = 'uint8 RGB' if 'normalize' in facts.steps else 'float32'
    return f'input ({sides}) {kind} to {network.output}'
