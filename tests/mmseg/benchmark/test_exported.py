"""The suite of exported files."""

import pytest
from export_packages import require_packages

from mmseg.benchmark.suites import Options
from mmseg.benchmark.suites.exported import exported


@pytest.mark.slow
def test_each_runtime_has_its_ways():
    require_packages('onnx', 'openvino', 'nncf')
    case, = (case for case in exported(Options(config='fast_scnn_lr0.12_8x4_160k_cityscapes'), size=(96, 128))
             if all(way.run() is not None for way in case.ways.values()))
    assert list(case.ways) == [
        'torch, plain', 'torch, factored and fused, norms folded', 'onnxruntime, plain', 'onnxruntime, factored',
        'onnxruntime, factored, int8', 'OpenVINO, plain', 'OpenVINO, factored', 'OpenVINO, factored, int8']
