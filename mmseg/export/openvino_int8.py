"""OpenVINO files in 8 bits, by nncf."""

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .runtimes import Run, needs

if TYPE_CHECKING:
    import openvino

_LAYERS = ('Convolution', 'GroupConvolution', 'ConvolutionBackpropData', 'MatMul')


def quantize_openvino(
    path: Path, out: Path, calibration: Sequence[np.ndarray], measure: Callable[[Run], float], least: float,
) -> tuple[float, list[str]]:
    """Write a file anew in 8 bits; as :func:`.onnx_int8.quantize_onnx`, but nncf ranks the layers, one by one."""
    with needs('openvino', 'nncf'):
        import nncf
        import openvino
    nncf.set_log_level(logging.ERROR)
    core, images = openvino.Core(), nncf.Dataset(list(calibration))
    model = core.read_model(str(path))
    ignored = nncf.IgnoredScope(names=[node.get_friendly_name() for node in model.get_ordered_ops()
                                       if node.get_type_name() == 'MatMul' and not _has_weights(node)])
    model = nncf.quantize(model, images, ignored_scope=ignored)
    found = measure(_compiled(core, model))
    if found < least:
        def validate(compiled: 'openvino.CompiledModel', items: Iterable[np.ndarray]) -> float:
            return measure(lambda image: compiled(image)[0])

        best = measure(_compiled(core, core.read_model(str(path))))
        model = nncf.quantize_with_accuracy_control(
            core.read_model(str(path)), images, images, validate, max_drop=best - least,
            ignored_scope=ignored)
        found = measure(_compiled(core, model))
    openvino.save_model(model, str(out), compress_to_fp16=False)
    return found, _in_float(model)


def _compiled(core: 'openvino.Core', model: 'openvino.Model') -> Run:
    compiled = core.compile_model(model, 'CPU', {'INFERENCE_PRECISION_HINT': 'f32'})
    return lambda images: compiled(images)[0]


def _in_float(model: 'openvino.Model') -> list[str]:
    """The layers whose weights nothing rounds."""
    found = []
    for node in model.get_ordered_ops():
        if node.get_type_name() in _LAYERS and _has_weights(node):
            found.append(node.get_friendly_name())
    return found


def _has_weights(node: 'openvino.Node') -> bool:
    """Whether what a node multiplies with is constant, and of full precision; other products stay in float."""
    return node.input_value(1).get_node().get_type_name() in ('Constant', 'Convert')
