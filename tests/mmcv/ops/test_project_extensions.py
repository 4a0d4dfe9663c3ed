"""Extensions that projects compile for themselves."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from preloaded import preloaded_python
from torch.autograd import Function

import mmcv
from mmcv.ops import dcnv3, ms_deform_attn, multi_scale_deformable_attn_pytorch

ROOT = Path(mmcv.__file__).parents[1]


class Attention(Function):
    """As in Deformable DETR and what was made of it."""

    @staticmethod
    def forward(ctx, value, shapes, starts, places, weights, im2col_step):
        import MultiScaleDeformableAttention as MSDA
        ctx.im2col_step = im2col_step
        ctx.save_for_backward(value, shapes, starts, places, weights)
        return MSDA.ms_deform_attn_forward(value, shapes, starts, places, weights, ctx.im2col_step)

    @staticmethod
    def backward(ctx, grad):
        import MultiScaleDeformableAttention as MSDA
        by_value, by_places, by_weights = MSDA.ms_deform_attn_backward(
            *ctx.saved_tensors, grad.contiguous(), ctx.im2col_step)
        return by_value, None, None, by_places, by_weights, None


class Convolution(Function):
    """As in InternImage."""

    @staticmethod
    def forward(ctx, input, offset, mask, *arguments):
        import DCNv3
        ctx.arguments = arguments
        ctx.save_for_backward(input, offset, mask)
        return DCNv3.dcnv3_forward(input, offset, mask, *arguments, 256)

    @staticmethod
    def backward(ctx, grad):
        import DCNv3
        gradients = DCNv3.dcnv3_backward(*ctx.saved_tensors, *ctx.arguments, grad.contiguous(), 256)
        return *gradients, *[None] * len(ctx.arguments)


def attention_arguments(dtype):
    shapes = torch.tensor([[4, 5], [2, 3]])
    return (torch.randn(2, 26, 2, 4, dtype=dtype), shapes, torch.tensor([0, 20]),
            torch.rand(2, 3, 2, 2, 2, 2, dtype=dtype), torch.rand(2, 3, 2, 2, 2, dtype=dtype))


@pytest.mark.parametrize('dtype', [torch.float64, torch.float32, torch.float16])
def test_attention_of_a_project_has_our_gradients(dtype):
    value, shapes, starts, places, weights = attention_arguments(dtype)
    leaves = [tensor.requires_grad_() for tensor in (value, places, weights)]
    out = Attention.apply(value, shapes, starts, places, weights, 64)
    expected = ms_deform_attn(value, shapes, starts, places, weights)
    torch.testing.assert_close(out, expected)
    slopes = torch.autograd.grad(out.sum(), leaves)
    assert [slope.dtype for slope in slopes] == [dtype] * 3
    torch.testing.assert_close(slopes, torch.autograd.grad(expected.sum(), leaves))


@pytest.mark.parametrize('dtype', [torch.float64, torch.float32, torch.float16])
def test_convolution_of_a_project_has_our_gradients(dtype):
    leaves = [torch.randn(2, 4, 5, channels, dtype=dtype, requires_grad=True) for channels in (8, 36, 18)]
    out = Convolution.apply(*leaves, 3, 3, 1, 1, 1, 1, 1, 1, 2, 4, 1.5)
    expected = dcnv3(*leaves, 3, 1, 1, 1, 2, 1.5)
    torch.testing.assert_close(out, expected)
    slopes = torch.autograd.grad(out.sum(), leaves)
    assert [slope.dtype for slope in slopes] == [dtype] * 3
    torch.testing.assert_close(slopes, torch.autograd.grad(expected.sum(), leaves))


def test_where_the_order_of_sums_matters_projects_get_what_ours_do(monkeypatch):
    for module, kernel in ((sys.modules[dcnv3.__module__], '_dcnv3_backward'),
                           (sys.modules[ms_deform_attn.__module__], '_attend_backward')):
        monkeypatch.setattr(module, 'must_be_deterministic', lambda like: True)
        monkeypatch.setattr(module, kernel, None)
    test_attention_of_a_project_has_our_gradients(torch.float64)
    test_convolution_of_a_project_has_our_gradients(torch.float64)


@pytest.mark.parametrize(('module', 'name'), [
    ('MultiScaleDeformableAttention', 'ms_deform_attn_forward'), ('DCNv3', 'dcnv3_backward')])
def test_what_is_installed_wins(module, name, tmp_path):
    code = f'import sys; sys.path[:0] = [sys.argv[1]]; import mmcv.ops; import {module}; print({module}.{name})'

    def imported():
        return subprocess.run([preloaded_python(), '-c', code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
                              check=True).stdout
    assert name in imported()
    (tmp_path / f'{module}.py').write_text(f"{name} = 'that of the project'\n")
    assert imported().strip() == 'that of the project'


def test_the_old_module_of_mmcv_has_all_its_names():
    from mmcv.ops.multi_scale_deform_attn import (
        MultiScaleDeformableAttention,
        MultiScaleDeformableAttnFunction,
    )
    from mmcv.ops.multi_scale_deform_attn import (
        multi_scale_deformable_attn_pytorch as function,
    )
    assert function is multi_scale_deformable_attn_pytorch
    assert issubclass(MultiScaleDeformableAttention, torch.nn.Module)
    args = attention_arguments(torch.float32)
    torch.testing.assert_close(MultiScaleDeformableAttnFunction.apply(*args, 64), ms_deform_attn(*args))
