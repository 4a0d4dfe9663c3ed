"""The suite of exported files."""

import pytest
from export_packages import require_packages

from mmseg.benchmark.suites import Options
from mmseg.benchmark.suites.exported import exported

CONFIG = 'fast_scnn_lr0.12_8x4_160k_cityscapes'
OURS = ['torch, plain', 'torch, factored and fused, norms folded']


@pytest.mark.slow
def test_each_runtime_has_its_ways():
    require_packages('onnx', 'openvino', 'nncf')
    found = {}
    for case in exported(Options(config=CONFIG), size=(96, 128)):
        assert all(way.run() is not None for way in case.ways.values())
        found[case.name.partition('), ')[2]] = list(case.ways)
    assert found == {
        f'{runtime}, {precision}': OURS + [f'{runtime}, {way}' for way in ways]
        for runtime in ('onnxruntime', 'OpenVINO')
        for precision, ways in (('float32', ['plain', 'factored']), ('int8', ['factored, int8']))}


def test_what_is_not_asked_for_is_not_made():
    cases = list(exported(Options(config=CONFIG, only='nothing')))
    assert [len(case.ways) for case in cases] == [0] * 4
    assert cases[0].name == f'{CONFIG}: images to labels, 1 x (512, 1024), onnxruntime, float32'
