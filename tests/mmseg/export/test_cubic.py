"""Bicubic resizing as matrix products."""

import pytest
import torch
import torch.nn.functional as F
from export_packages import require_packages
from torch import nn
from torch.export import Dim

from mmseg.export.cubic import upsample_bicubic2d_aa
from mmseg.export.onnx_file import write_onnx
from mmseg.export.runtimes import OnnxRuntime


@pytest.mark.parametrize('size', [(7, 10), (16, 16), (3, 40), (33, 17), (1, 2)])
def test_gives_what_torch_gives(size):
    x = torch.randn(1, 4, 16, 16)
    expected = F.interpolate(x, size, mode='bicubic', antialias=True, align_corners=False)
    torch.testing.assert_close(upsample_bicubic2d_aa(x, size, False), expected, rtol=1e-4, atol=1e-5)


class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('positions', torch.randn(1, 4, 16, 16))

    def forward(self, input):
        return input + F.interpolate(self.positions, input.shape[2:], mode='bicubic', antialias=True)


def test_no_runtime_is_left_to_resize_so(tmp_path):
    require_packages('onnx')
    import onnx

    network, free = Positions(), {0: Dim.AUTO, 2: Dim.AUTO, 3: Dim.AUTO}
    program = torch.export.export(network, (torch.zeros(2, 4, 40, 52),), dynamic_shapes=(free,))
    write_onnx(program, tmp_path / 'net.onnx', {}, 'logits')
    assert 'Resize' not in {node.op_type for node in onnx.load(tmp_path / 'net.onnx').graph.node}
    images = torch.zeros(1, 4, 7, 10)
    found = OnnxRuntime(tmp_path / 'net.onnx')(images.numpy())
    torch.testing.assert_close(torch.from_numpy(found), network(images), rtol=1e-4, atol=1e-5)
