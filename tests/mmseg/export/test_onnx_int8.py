"""ONNX files in 8 bits, and how many layers are left out of it."""

import numpy as np
import pytest
from export_packages import require_packages

from mmseg.export import export


@pytest.fixture(scope='module')
def small_file(small_pspnet, tmp_path_factory):
    require_packages('onnx')
    return export(small_pspnet(), out=tmp_path_factory.mktemp('float') / 'net.onnx', size=(32, 48))


def quantized(path, out, measure):
    """(what is left in float, layers with weights of 8 bits, layers) of a file."""
    import onnx

    from mmseg.export.onnx_int8 import quantize_onnx

    images = [np.random.RandomState(0).randn(1, 3, 32, 48).astype(np.float32)]
    found, in_float = quantize_onnx(path, out, images, measure, 0.5)
    nodes = onnx.load(out).graph.node
    made = {name: node for node in nodes for name in node.output}
    layers = [node for node in nodes if node.op_type == 'Conv']
    rounded = [node for node in layers if made.get(node.input[1]) and made[node.input[1]].op_type == 'DequantizeLinear']
    return found, in_float, len(rounded), len(layers)


def test_all_layers_where_nothing_is_lost(small_file, tmp_path):
    found, in_float, rounded, layers = quantized(small_file, tmp_path / 'net.onnx', lambda run: 0.9)
    assert (found, in_float) == (0.9, [])
    assert rounded == layers > 10


def test_no_layer_where_nothing_helps(small_file, tmp_path):
    found, in_float, rounded, layers = quantized(small_file, tmp_path / 'net.onnx', lambda run: 0.1)
    assert found == 0.1
    assert rounded == 0
    assert len(in_float) >= layers


def test_those_that_suffer_most(small_file, tmp_path):
    measures = iter((0.1, 0.2, 0.6))  # with none, one and two layers in float
    found, in_float, rounded, layers = quantized(small_file, tmp_path / 'net.onnx', lambda run: next(measures))
    assert found == 0.6
    assert len(in_float) == 2
    assert rounded >= layers - 2
