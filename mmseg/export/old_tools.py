"""What tools/pytorch2onnx.py and tools/pytorch2torchscript.py do, with the arguments that they have in 0.30."""

import argparse
from collections.abc import Sequence

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config
from mmseg.assembly.loaders import pipeline_of
from mmseg.assembly.model import load_trained
from mmseg.settings import Settings

from .exporting import export
from .onnx_file import OPSET
from .runtimes import needs


def write_onnx_file(args: argparse.Namespace) -> None:
    """Images to labels, in an .onnx file.

    Raises:
        ValueError: what the user can mend.
    """
    if args.opset_version > OPSET:
        raise ConfigError(f'--opset-version {args.opset_version}: files are of opset {OPSET}')
    config = load_config(args.config, args.cfg_options)
    size = None if args.dynamic_export else _size(args.shape) if args.shape else _test_size(config)
    _write(config, args.checkpoint, 'onnx', args.output_file, size, ['argmax'])
    if args.show:
        with needs('onnx'):
            import onnx
        print(onnx.printer.to_text(onnx.load(args.output_file).graph))


def write_torchscript_file(args: argparse.Namespace) -> None:
    """Images to logits, in a .pt file.

    Raises:
        ValueError: what the user can mend.
    """
    import torch

    _write(load_config(args.config, args.cfg_options), args.checkpoint, 'torchscript', args.output_file,
           _size(args.shape), [])
    if args.show:
        print(torch.jit.load(args.output_file).graph)


def _write(
    config: Config, checkpoint: str | None, kind: str, out: str, size: tuple[int, int] | None, steps: list[str],
) -> None:
    model = load_trained(Settings.of(config, 'cpu'), checkpoint, strict=checkpoint is not None)
    export(model, kind, out=out, size=size, steps=steps, config=config, tell=print)


def _size(shape: Sequence[int]) -> tuple[int, int]:
    if len(shape) > 2 or min(shape) < 1:
        raise ConfigError(f'--shape is {shape}; give a height and a width in pixels, or one number for both')
    return shape[0], shape[-1]


def _test_size(config: Config) -> tuple[int, int]:
    """(height, width) of the ``img_scale`` that the config tests at."""
    for step in pipeline_of(config.data.test):
        scale = step.get('img_scale')
        if scale is not None:
            width, height = scale[0] if isinstance(scale[0], (list, tuple)) else scale
            return height, width
    raise ConfigError(f'{config.filename}: data.test tells no img_scale: give --shape HEIGHT WIDTH')
