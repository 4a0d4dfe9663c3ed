"""OpenVINO files in 8 bits, and which layers are left out of it."""

import numpy as np
import pytest
import torch
from export_packages import require_packages

from mmseg.export import export, load_exported


@pytest.mark.slow
def test_layers_that_suffer_are_left_in_float_and_named(small_pspnet, tmp_path):
    require_packages('openvino', 'nncf', 'onnxruntime')
    from mmseg.export.openvino_int8 import quantize_openvino

    model = small_pspnet()
    with torch.no_grad():  # the same function, but 8 bits for that map are all spent on one of its channels
        for block in model.backbone.layer3:
            block.bn1.weight[0] *= 3000
            block.bn1.bias[0] = 3000
            block.conv2.weight[:, 0] /= 3000
    path = export(model, 'openvino', out=tmp_path / 'net.xml', size=(32, 48))
    images = [np.random.RandomState(seed).randn(1, 3, 32, 48).astype(np.float32) for seed in range(4)]
    expected = [load_exported(path)._run(image) for image in images]

    def likeness(run):
        return 1 - np.mean([np.abs(run(image) - logits).max() / np.abs(logits).max()
                            for image, logits in zip(images, expected)])

    all_rounded, in_float = quantize_openvino(path, tmp_path / 'all.xml', images, likeness, -1)
    assert in_float == []
    least = (1 + all_rounded) / 2
    found, in_float = quantize_openvino(path, tmp_path / 'some.xml', images, likeness, least)
    assert found >= least > all_rounded
    assert 0 < len(in_float) < 10
    runs = [load_exported(tmp_path / name)._run for name in ('all.xml', 'some.xml')]
    assert [likeness(run) for run in runs] == pytest.approx([all_rounded, found])
