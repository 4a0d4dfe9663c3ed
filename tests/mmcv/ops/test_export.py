"""What is traced or exported has PyTorch's own operators, and so runs where ours are not."""

import re

import pytest
import torch
from torch import nn

from mmcv.ops import pyramid_pool, upsample_argmax

OURS = r'mmcv::|ops\.mmcv'


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
