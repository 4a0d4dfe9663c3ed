"""A model as a file in each runtime of a CPU, factored and plain, and in 8 bits, beside the model in torch."""

import copy
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from mmcv.config import Config
from mmseg.assembly.load import load_config
from mmseg.assembly.speed import prepare_inference
from mmseg.benchmark.measurement import Case, Way
from mmseg.export.facts import facts_of
from mmseg.export.formats import FORMATS
from mmseg.export.network import Network, Sizes
from mmseg.export.onnx_int8 import quantize_onnx
from mmseg.export.openvino_int8 import quantize_openvino
from mmseg.export.program import trace
from mmseg.export.runtimes import RUNTIMES, Run
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder
from mmseg.settings import Settings

from .models import EXACT, build, plain, prediction
from .options import Options

_RUNTIMES = {'onnx': ('onnxruntime', quantize_onnx), 'openvino': ('OpenVINO', quantize_openvino)}


def exported(options: Options, size: tuple[int, int] | None = None) -> Iterator[Case]:
    """Images to label maps, on the CPU: per runtime a case of float32 and one of 8 bits; ``size`` is the crop's."""
    size = size or load_config(options.config).get('crop_size', (512, 1024))
    net = build(options).cpu().eval()
    for format, (runtime, quantize) in _RUNTIMES.items():
        for precision in ('float32', 'int8'):
            name = f'{options.config}: images to labels, 1 x {tuple(size)}, {runtime}, {precision}'
            with tempfile.TemporaryDirectory(prefix='mmseg-benchmark-') as folder:
                ways = _ways(net, size, Path(folder), format, quantize if precision == 'int8' else None)
                yield Case(name, dict(ways) if options.only in name else {}, 1)  # to write a file may take minutes


def _ways(
    net: EncoderDecoder, size: tuple[int, int], folder: Path, format: str, quantize: Callable | None,
) -> Iterator[tuple[str, Way]]:
    """In torch, and as a file: in 8 bits where there is what makes them, else plain and factored."""
    img = torch.randn(1, 3, *size)
    meta = [dict(img_shape=(*size, 3), ori_shape=(*size, 3), pad_shape=(*size, 3), flip=False)]
    slow, suffix = plain(net), FORMATS[format].suffix
    yield 'torch, plain', Way(prediction(slow, img, meta))
    yield f'torch, {EXACT}, norms folded', Way(prediction(_prepared(copy.deepcopy(net)), img, meta))
    runtime, path = _RUNTIMES[format][0], Path(folder, f'factored{suffix}')
    _write(net, path, format, size)
    if quantize:
        small = Path(folder, f'int8{suffix}')
        quantize(path, small, [img.numpy()], lambda run: 1.0, 0.0)  # of noise: only time is asked for here
        yield f'{runtime}, factored, int8', _way(RUNTIMES[suffix](small), img.numpy(), 'int8')
        return
    whole = Path(folder, f'plain{suffix}')
    _write(slow, whole, format, size)
    yield f'{runtime}, plain', _way(RUNTIMES[suffix](whole), img.numpy())
    yield f'{runtime}, factored', _way(RUNTIMES[suffix](path), img.numpy())


def _prepared(net: EncoderDecoder) -> EncoderDecoder:
    return prepare_inference(net, Settings.of(Config(dict(device='cpu', fuse_conv_bn=True))))


def _write(net: EncoderDecoder, path: Path, format: str, size: tuple[int, int]) -> None:
    network = Network(net, facts_of(net, None)._replace(steps=['argmax']))
    FORMATS[format].write(trace(network, Sizes(3, *size)).program, path, {}, network.output)


def _way(run: Run, images: np.ndarray, precision: str = 'float32') -> Way:
    return Way(lambda: run(images), precision=precision)
