"""What tools/pytorch2onnx.py and tools/pytorch2torchscript.py do, with the arguments that they have in 0.30."""

import argparse
from collections.abc import Sequence

import numpy as np
import torch

import mmcv
from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config
from mmseg.assembly.loaders import pipeline_of
from mmseg.assembly.model import load_trained
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder
from mmseg.settings import Settings

from .exported import ExportedSegmentor, load_exported
from .exporting import export
from .onnx_file import OPSET
from .runtimes import needs


def write_onnx_file(args: argparse.Namespace) -> np.ndarray | None:
    """Images to labels, in an .onnx file.

    Returns:
        What the file makes of ``--input-img``: labels (H, W) at the size of that image.

    Raises:
        ValueError: what the user can mend.
    """
    if args.opset_version > OPSET:
        raise ConfigError(f'--opset-version {args.opset_version}: files are of opset {OPSET}')
    image = None if args.input_img is None else mmcv.imread(args.input_img)  # or it fails after minutes
    config = load_config(args.config, args.cfg_options)
    size = None if args.dynamic_export else _size(args.shape) if args.shape else _test_size(config)
    model = _write(config, args.checkpoint, 'onnx', args.output_file, size, ['argmax'])
    if args.show:
        with needs('onnx'):
            import onnx
        print(onnx.printer.to_text(onnx.load(args.output_file).graph))
    return None if image is None else _segmented(load_exported(args.output_file), model, image, args.input_img)


def write_torchscript_file(args: argparse.Namespace) -> None:
    """Images to logits, in a .pt file.

    Raises:
        ValueError: what the user can mend.
    """
    _write(load_config(args.config, args.cfg_options), args.checkpoint, 'torchscript', args.output_file,
           _size(args.shape), [])
    if args.show:
        print(torch.jit.load(args.output_file).graph)


def _write(
    config: Config, checkpoint: str | None, kind: str, out: str, size: tuple[int, int] | None, steps: list[str],
) -> EncoderDecoder:
    model = load_trained(Settings.of(config, 'cpu'), checkpoint, strict=checkpoint is not None)
    export(model, kind, out=out, size=size, steps=steps, config=config, tell=print)
    return model


def _segmented(exported: ExportedSegmentor, model: EncoderDecoder, image: np.ndarray, name: str) -> np.ndarray:
    """Labels of an image (H, W, 3) BGR by a file, which takes it at the size that it has; compared with the model's."""
    facts, own = exported.facts, image.shape[:2]
    given = mmcv.imresize(image, tuple(wanted or side for wanted, side in zip(facts.size, own))[::-1])
    if facts.mean is not None:
        given = mmcv.imnormalize(given, facts.mean, facts.std, facts.to_rgb)
    batch = torch.from_numpy(given).permute(2, 0, 1)[None].float()
    with torch.no_grad():
        labels, expected = (one.classify(one.forward_dummy(batch))[0][0].numpy() for one in (exported, model.eval()))
    print(f'{name}: {(labels != expected).mean():.4%} of the labels differ')
    return mmcv.imresize(labels.astype(np.uint8), own[::-1], interpolation='nearest')


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
