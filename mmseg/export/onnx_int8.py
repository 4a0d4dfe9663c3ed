"""ONNX files in 8 bits, by onnxruntime.quantization."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .runtimes import OnnxRuntime, Run, needs

if TYPE_CHECKING:
    import onnx

_LAYERS = ('Conv', 'ConvTranspose', 'Gemm', 'MatMul')


def quantize_onnx(
    path: Path, out: Path, calibration: Sequence[np.ndarray], measure: Callable[[Run], float], least: float,
) -> tuple[float, list[str]]:
    """Write a file anew in 8 bits: layers with weights, and what goes into them.

    Args:
        path: the file.
        out: the new one.
        calibration: what the file takes, for the ranges of activations.
        measure: of what runs a file, greater is better.
        least: below it, layers are left in float: those first whose inputs suffer most, 1, 2, 4, ... of them.

    Returns:
        The measure of the new file, and the names of the layers that are left in float.
    """
    with needs('onnx', 'onnxruntime'):
        import onnx
        from onnxruntime.quantization.shape_inference import quant_pre_process
    with tempfile.TemporaryDirectory(dir=out.parent, prefix='.int8-') as folder:
        inferred = Path(folder, 'inferred.onnx')
        quant_pre_process(str(path), str(inferred), skip_symbolic_shape=True)
        model = onnx.load(inferred)
        layers = _layers(model)
        ranked: list[str] = []
        kept = 0
        while True:
            _quantize(inferred, out, calibration, [name for name in layers if name not in ranked[:kept]])
            found = measure(OnnxRuntime(out))
            if found >= least or kept >= len(layers):
                return found, ranked[:kept]
            ranked = ranked or _by_noise(inferred, out, calibration[:1], layers, Path(folder))
            kept = max(1, 2 * kept)


def _layers(model: 'onnx.ModelProto') -> dict[str, str]:
    """The names of the layers that have weights, each with its input; products of maps with each other are none."""
    weights = {initializer.name for initializer in model.graph.initializer}
    return {node.name: node.input[0] for node in model.graph.node
            if node.op_type in _LAYERS and node.input[1] in weights and node.input[0] not in weights}


def _quantize(path: Path, out: Path, calibration: Sequence[np.ndarray], layers: Sequence[str]) -> None:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    if not layers:  # no names are all names there
        shutil.copyfile(path, out)
        return
    # With 7 bits for weights sums fit on CPUs too that add up pairs in 16 bits, those without VNNI.
    quantize_static(
        str(path), str(out), _Reader(calibration), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_quantize=list(layers))


class _Reader:
    """What onnxruntime calibrates with."""

    def __init__(self, images: Sequence[np.ndarray]) -> None:
        self._images = iter(images)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The next image, None behind the last."""
        image = next(self._images, None)
        return None if image is None else {'input': image}

    def __iter__(self) -> Iterator[dict[str, np.ndarray]]:
        return iter(self.get_next, None)


def _by_noise(
    path: Path, quantized: Path, calibration: Sequence[np.ndarray], layers: dict[str, str], folder: Path,
) -> list[str]:
    """The layers, those first whose input has the largest share of noise of all that rounding brought about."""
    from onnxruntime.quantization import qdq_loss_debug

    activations = []
    for number, file in enumerate((path, quantized)):
        augmented = str(folder / f'augmented{number}.onnx')
        qdq_loss_debug.modify_model_output_intermediate_tensors(file, augmented)
        activations.append(qdq_loss_debug.collect_activations(augmented, _Reader(calibration)))
    matched = qdq_loss_debug.create_activation_matching(activations[1], activations[0])
    errors = qdq_loss_debug.compute_activation_error(matched)  # signal to noise in decibels
    return sorted(layers, key=lambda name: errors.get(layers[name], {}).get('qdq_err', np.inf))
