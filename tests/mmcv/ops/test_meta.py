"""What every operator below torch.ops.mmcv must have, whoever adds it."""

import functools
import re
import runpy
from pathlib import Path

import pytest
import torch
from torch.utils._pytree import tree_flatten, tree_map_only, tree_unflatten

import mmcv.ops  # noqa: F401 (registers the operators)
from mmcv.ops import _load

# Each operator's own tests say, by its name: SAMPLES, a function that yields arguments of odd sizes, empty batches,
# layouts and types; INVALID, one that yields arguments that the compiled kernel must refuse; NOT_DIFFERENTIABLE, why
# there is no gradient; and CONSTANT, the positions of arguments that have none.
OWN_TESTS = [path for path in Path(__file__).parent.glob('test_*.py') if path != Path(__file__)]
SAID = [runpy.run_path(str(path)) for path in OWN_TESTS]
SAMPLES, INVALID, NOT_DIFFERENTIABLE, CONSTANT = (
    {name: value for said in SAID for name, value in said.get(what, {}).items()}
    for what in ('SAMPLES', 'INVALID', 'NOT_DIFFERENTIABLE', 'CONSTANT'))
SMALL = 300  # elements: gradcheck evaluates the operator twice for each


def operators():
    names = (name for name in torch._C._dispatch_get_all_op_names() if name.startswith('mmcv::'))
    return sorted(name.removeprefix('mmcv::').partition('.')[0] for name in names)


def samples(name, device='cpu'):
    for args in SAMPLES[name]():
        yield tree_map_only(torch.Tensor, lambda arg: arg.to(device), tuple(args))


def kind(arg):
    """What tracing an operator can depend on: types, layouts, what is empty, what is left out."""
    if isinstance(arg, tuple):
        return tuple(map(kind, arg))
    if isinstance(arg, list):
        return frozenset(map(kind, arg))
    if not isinstance(arg, torch.Tensor):
        return arg if isinstance(arg, (bool, str)) else type(arg)
    layouts = arg.dim() == 4 and arg.is_contiguous(memory_format=torch.channels_last), arg.is_contiguous()
    return arg.dtype, arg.dim(), layouts, arg.numel() == 0


def with_gradients(name, args, dtype=None):
    """Copies of the arguments in which every floating-point tensor that has a gradient asks for it."""
    def copied(arg, position):
        if isinstance(arg, list):
            return [copied(each, position) for each in arg]
        if not is_floating(arg):
            return arg
        return arg.detach().to(dtype or arg.dtype).requires_grad_(position not in CONSTANT.get(name, ()))

    return tuple(copied(arg, position) for position, arg in enumerate(args))


def call(name, structure, *flat):
    return getattr(torch.ops.mmcv, name)(*tree_unflatten(flat, structure))


def is_floating(arg):
    return isinstance(arg, torch.Tensor) and arg.is_floating_point()


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
        sources = ''.join(path.read_text() for path in _load.build.CSRC.glob('*.cpp'))
        assert f'm.def("{schema}")' in re.sub(r'"\n *"', '', sources)

    def test_has_tests_of_its_own(self, name):
        assert SAMPLES.get(name), f'add SAMPLES of {name} to its tests'
        assert INVALID.get(name), f'add INVALID arguments of {name} to its tests'

    @pytest.mark.parametrize('kinds', [slice(3), pytest.param(slice(3, None), marks=pytest.mark.slow)],
                             ids=['three kinds', 'other kinds'])
    def test_passes_opcheck(self, name, kinds):
        for args in list({kind(args): args for args in samples(name)}.values())[kinds]:  # each takes a second
            args = args if name in NOT_DIFFERENTIABLE else with_gradients(name, args)
            torch.library.opcheck(getattr(torch.ops.mmcv, name).default, args)

    def test_equals_its_reference(self, name):
        for args in samples(name):
            expected = _load.OPERATORS[name].reference(*args)
            torch.testing.assert_close(getattr(torch.ops.mmcv, name)(*args), expected)

    def test_gives_what_may_be_changed_in_place(self, name):
        """As activations do, which autograd refuses of a view."""
        if name in NOT_DIFFERENTIABLE:
            pytest.skip(NOT_DIFFERENTIABLE[name])
        for args in samples(name):
            result = getattr(torch.ops.mmcv, name)(*with_gradients(name, args))
            for each in result if isinstance(result, tuple) else [result]:
                each.mul_(2)

    @pytest.mark.gpu
    def test_equals_its_reference_on_cuda(self, name):
        for args in samples(name, 'cuda'):
            expected = _load.OPERATORS[name].reference(*args)
            torch.testing.assert_close(getattr(torch.ops.mmcv, name)(*args), expected)

    @pytest.mark.skipif(_load.EXTENSION is None, reason=_load.PROBLEM)
    def test_does_not_depend_on_the_number_of_threads(self, name):
        threads, results = torch.get_num_threads(), []
        try:
            for number in (1, 2, 3):
                torch.set_num_threads(number)
                torch.manual_seed(0)
                results.append([getattr(torch.ops.mmcv, name)(*args) for args in samples(name)])
        finally:
            torch.set_num_threads(threads)
        for result in results[1:]:
            torch.testing.assert_close(result, results[0], rtol=0, atol=0)

    def test_passes_gradcheck(self, name):
        if name in NOT_DIFFERENTIABLE:
            pytest.skip(NOT_DIFFERENTIABLE[name])
        small = [args for args in samples(name) if sum(arg.numel() for arg in args if is_floating(arg)) <= SMALL]
        assert small, f'{name} needs samples of at most {SMALL} floating-point elements'
        for args in small:
            flat, structure = tree_flatten(with_gradients(name, args, torch.float64))  # lists are not looked into
            assert torch.autograd.gradcheck(functools.partial(call, name, structure), tuple(flat))

    def test_says_that_there_is_no_second_derivative(self, name):
        if f'{name}_backward' not in NOT_DIFFERENTIABLE:
            pytest.skip('torch differentiates its gradient')
        args = with_gradients(name, next(iter(samples(name))), torch.float64)
        inputs = [arg for arg in args if is_floating(arg) and arg.requires_grad]
        result = getattr(torch.ops.mmcv, name)(*args)
        loss = (result[0] if isinstance(result, tuple) else result).square().sum()
        gradients = torch.autograd.grad(loss, inputs, create_graph=True)
        with pytest.raises(RuntimeError, match=f'{name} has no second derivative'):
            sum(gradient.square().sum() for gradient in gradients).backward()

    def test_refuses_what_would_read_beyond_its_memory(self, name):
        if _load.EXTENSION is None:
            pytest.skip(_load.PROBLEM)
        for args in INVALID[name]():
            with pytest.raises(RuntimeError, match=f'{name.removesuffix("_backward")}.*: '):
                getattr(torch.ops.mmcv, name)(*args)


def test_the_list_of_not_differentiable_operators_is_current():
    assert set(NOT_DIFFERENTIABLE) <= set(operators())
