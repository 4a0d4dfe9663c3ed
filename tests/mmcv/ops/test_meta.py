"""What every operator below torch.ops.mmcv must have, whoever adds it."""
from pathlib import Path

import pytest
import torch

import mmcv.ops  # noqa: F401 (registers the operators)
from mmcv.ops import _load

# Operators without a gradient, and why.
NOT_DIFFERENTIABLE = {'confusion_matrix': 'counts of integers'}


def labels(*shape, dtype=torch.int64, classes=5):
    """Random classes with some ignored pixels and some values that are no class."""
    values = torch.randint(0, classes + 2, shape)
    return torch.where(values == classes + 1, 255, values).to(dtype)


def confusion_matrix_samples():
    for dtype in (torch.uint8, torch.int16, torch.int32, torch.int64):
        yield labels(2, 7, 5), labels(2, 7, 5, dtype=dtype), 5, 255
        yield labels(2, 7, 5, dtype=dtype), labels(2, 7, 5, dtype=dtype), 5, 255
    yield labels(0, 7, 5), labels(0, 7, 5), 5, 255
    yield labels(), labels(), 5, 255
    yield labels(9, 11).t(), labels(11, 9)[:, ::1], 5, 255
    yield labels(9, 22)[:, ::2], labels(9, 11), 5, 255
    yield labels(2, 3, 9, 11).to(memory_format=torch.channels_last), labels(2, 3, 9, 11), 5, 255
    yield labels(50, 61, classes=200), labels(50, 61, classes=200), 200, 255  # beyond a CUDA block's shared memory
    yield labels(9, 11) - 3, labels(9, 11) - 3, 2, -3
    yield labels(600, 700), labels(600, 700), 5, 255  # enough for several threads


# Arguments that cover each operator's odd sizes, empty batches, layouts and types.
SAMPLES = {'confusion_matrix': confusion_matrix_samples}


def operators():
    names = (name for name in torch._C._dispatch_get_all_op_names() if name.startswith('mmcv::'))
    return sorted(name.removeprefix('mmcv::').partition('.')[0] for name in names)


def samples(name, device='cpu'):
    for args in SAMPLES[name]():
        yield tuple(arg.to(device) if isinstance(arg, torch.Tensor) else arg for arg in args)


def test_there_are_operators():
    assert operators()


@pytest.mark.parametrize('name', operators())
class TestEveryOperator:

    def test_is_registered_with_a_reference_and_a_fake(self, name):
        operator = _load.OPERATORS[name]
        assert operator.reference.__doc__
        assert torch._C._dispatch_has_kernel_for_dispatch_key(f'mmcv::{name}', 'CompositeExplicitAutograd')
        assert torch._library.simple_registry.singleton.find(f'mmcv::{name}').fake_impl.kernel is not None

    def test_has_the_schema_that_the_source_declares(self, name):
        schema = _load.OPERATORS[name].schema
        assert str(getattr(torch.ops.mmcv, name).default._schema) == f'mmcv::{schema}'
        assert f'm.def("{schema}")' in (Path(_load.build.CSRC) / f'{name}.cpp').read_text()

    def test_has_tests_of_its_own(self, name):
        assert SAMPLES.get(name), f'add samples of {name} here'
        assert Path(__file__).with_name(f'test_{name}.py').exists()

    def test_passes_opcheck(self, name):
        for args in samples(name):
            torch.library.opcheck(getattr(torch.ops.mmcv, name).default, args)

    def test_equals_its_reference(self, name):
        for args in samples(name):
            expected = _load.OPERATORS[name].reference(*args)
            torch.testing.assert_close(getattr(torch.ops.mmcv, name)(*args), expected)

    @pytest.mark.gpu
    def test_equals_its_reference_on_cuda(self, name):
        for args in samples(name, 'cuda'):
            expected = _load.OPERATORS[name].reference(*args)
            torch.testing.assert_close(getattr(torch.ops.mmcv, name)(*args), expected)

    def test_passes_gradcheck(self, name):
        if name in NOT_DIFFERENTIABLE:
            pytest.skip(NOT_DIFFERENTIABLE[name])
        for args in samples(name):
            wide = [arg.double().requires_grad_() if getattr(arg, 'is_floating_point', bool)() else arg for arg in args]
            assert torch.autograd.gradcheck(getattr(torch.ops.mmcv, name), wide)


def test_the_list_of_not_differentiable_operators_is_current():
    assert set(NOT_DIFFERENTIABLE) <= set(operators())
