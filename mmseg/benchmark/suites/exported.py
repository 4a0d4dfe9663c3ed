"""A model as a file in each runtime of a CPU, factored and plain, and in 8 bits, beside the model in torch."""

import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from mmcv.config import Config
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


def exported(options: Options, size: tuple[int, int] = (512, 1024)) -> Iterator[Case]:
    """Images to label maps, on the CPU."""
    net = build(options).cpu().eval()
    img = torch.randn(1, 3, *size)
    meta = [dict(img_shape=(*size, 3), ori_shape=(*size, 3), pad_shape=(*size, 3), flip=False)]
    slow = plain(net)
    ways = {'torch, plain': Way(prediction(slow, img, meta)),
            f'torch, {EXACT}, norms folded': Way(prediction(_prepared(copy.deepcopy(net)), img, meta))}
    with tempfile.TemporaryDirectory(prefix='mmseg-benchmark-') as folder:
        for format, (runtime, quantize) in _RUNTIMES.items():
            suffix = FORMATS[format].suffix
            for name, model in (('plain', slow), ('factored', net)):
                path = Path(folder, f'{name}{suffix}')
                _write(model, path, format, size)
                ways[f'{runtime}, {name}'] = _way(RUNTIMES[suffix](path), img.numpy())
            small = Path(folder, f'int8{suffix}')
            quantize(path, small, [img.numpy()], lambda run: 1.0, 0.0)  # of noise: only time is asked for here
            ways[f'{runtime}, factored, int8'] = _way(RUNTIMES[suffix](small), img.numpy(), 'int8')
        yield Case(f'{options.config}: images to labels, 1 x {size}', ways, 1)


def _prepared(net: EncoderDecoder) -> EncoderDecoder:
    return prepare_inference(net, Settings.of(Config(dict(device='cpu', fuse_conv_bn=True))))


def _write(net: EncoderDecoder, path: Path, format: str, size: tuple[int, int]) -> None:
    network = Network(net, facts_of(net, None)._replace(steps=['argmax']))
    FORMATS[format].write(trace(network, Sizes(3, *size)).program, path, {}, network.output)


def _way(run: Run, images: np.ndarray, precision: str = 'float32') -> Way:
    return Way(lambda: run(images), precision=precision)
