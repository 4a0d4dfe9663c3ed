"""What is traced or exported has PyTorch's own operators, and so runs where ours are not."""

import re

import pytest
import torch
from torch import nn

from mmcv.ops import pyramid_pool, upsample_argmax

OURS = r'mmcv::|ops\.mmcv'


class Pyramid(nn.Module):
    def forward(self, x):
        return torch.cat([pool.flatten(2) for pool in pyramid_pool(x, (1, 2, 3, 6))], 2)


class Head(nn.Module):
    def forward(self, x):
        pooled = pyramid_pool(x, (1, 2))
        return upsample_argmax(x, (9, 7), False) + sum(part.sum() for part in pooled).long()


@pytest.mark.filterwarnings('ignore::torch.jit.TracerWarning')
@pytest.mark.parametrize('way', ['trace', 'export'])
def test_no_operator_of_ours_is_in_it(way):
    x = torch.randn(2, 3, 5, 4)
    expected = Head()(x)
    if way == 'trace':
        made = torch.jit.trace(Head(), x, check_trace=False)
        text = str(made.inlined_graph)
    else:
        program = torch.export.export(Head(), (x,))
        made, text = program.module(), str(program.graph)
    assert not re.search(OURS, text)
    assert torch.equal(made(x), expected)


def test_compiled_models_keep_them():
    graphs = []

    def backend(graph, inputs):
        graphs.append(str(graph.graph))
        return graph

    x = torch.randn(2, 3, 5, 4)
    assert torch.equal(torch.compile(Head(), backend=backend)(x), Head()(x))
    assert re.search(OURS, ''.join(graphs))


def test_the_pyramid_is_exported_for_any_size():
    """Adaptive pooling of open sizes is matrix products, which every exporter knows."""
    free = {0: torch.export.Dim.STATIC, 1: torch.export.Dim.STATIC, 2: torch.export.Dim.DYNAMIC,
            3: torch.export.Dim.DYNAMIC}
    program = torch.export.export(Pyramid(), (torch.randn(2, 3, 8, 16),), dynamic_shapes=(free,))
    assert not any('adaptive' in str(node.target) for node in program.graph.nodes)
    for size in ((8, 16), (12, 24), (13, 7)):
        x = torch.randn(2, 3, *size)
        torch.testing.assert_close(program.module()(x), Pyramid()(x))
