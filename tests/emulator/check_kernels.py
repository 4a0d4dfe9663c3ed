"""What every CUDA kernel must show on the emulated device, beside its operator's own tests."""

import os
from collections.abc import Callable, Iterator

import pytest
import torch

from emulator.plugin import MOST, SEED, configure
from emulator.samples import (
    BEYOND_A_HALF,
    CLOSE,
    CLOSE_CALLS,
    FAR,
    HALVES,
    INVALID,
    MANY,
    NOT_FINITE,
    SAMPLES,
    TIES,
    is_floating,
)
from mmcv.ops import _load

GRIDS = (0, 1, 3, MOST)  # blocks; 0: as many as a launch asks for
NAMES = sorted(operator.name for operator in _load.OPERATORS.values() if operator.kernels)
IN_ANY_ORDER = {'ms_deform_attn_backward', 'dcnv3_backward'}  # their sums are atomic
WATCHES_MEMORY = os.environ.get('EMULATED_VARIANT') in ('races', 'sanitize')


def of(table: dict[str, Callable]) -> list[str]:
    return [name for name in NAMES if name in table]


def run(name: str, args: tuple) -> object:
    return getattr(torch.ops.mmcv, name)(*args)


def reference(name: str, args: tuple) -> object:
    return _load.OPERATORS[name].reference(*args)


def double(args: tuple) -> tuple:
    return tuple(arg.double() if is_floating(arg) else arg for arg in args)


def results(out: object) -> list[torch.Tensor]:
    return list(out) if isinstance(out, (tuple, list)) else [out]


def close(actual: object, expected: object, **tolerance: float) -> None:
    """Both as float64, the types aside: these are compared where the samples are not cast."""
    for a, b in zip(results(actual), results(expected), strict=True):
        torch.testing.assert_close(a.double(), b.double(), equal_nan=True, **tolerance)


def with_every_order(name: str, args: tuple, unwritten: int = 0xff) -> Iterator[object]:
    """The results with several numbers of blocks, each with threads in an order of its own."""
    first = None
    for i, blocks in enumerate(GRIDS):
        configure(SEED + i, blocks, unwritten=unwritten)
        out = run(name, args)
        yield out
        first = out if first is None else first
        if name not in IN_ANY_ORDER:
            for a, b in zip(results(out), results(first), strict=True):
                torch.testing.assert_close(a, b, rtol=0, atol=0, equal_nan=True)


def test_there_are_kernels() -> None:
    assert NAMES


@pytest.mark.parametrize('name', NAMES)
def test_equals_its_reference(name: str) -> None:
    for args in [*SAMPLES[name](), *MANY.get(name, list)()]:
        expected = reference(name, args)
        for out in with_every_order(name, args):
            torch.testing.assert_close(out, expected, equal_nan=True)


@pytest.mark.parametrize('name', NAMES)
def test_doubles_are_computed_in_doubles(name: str) -> None:
    for args in [*SAMPLES[name](), *CLOSE_CALLS.get(name, list)()]:
        if any(map(is_floating, args)) and args[0].numel() < 5000:
            args = double(args)
            close(run(name, args), reference(name, args), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize('name', NAMES)
def test_zeros_are_results_like_others(name: str) -> None:
    for args in SAMPLES[name]():
        if args[0].numel() < 5000:
            args = tuple(torch.zeros_like(arg) if is_floating(arg) else arg for arg in args)
            close(run(name, args), reference(name, args), **CLOSE)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('name', of(HALVES))
def test_halves_are_rounded_once(name: str, dtype: torch.dtype) -> None:
    step = torch.finfo(dtype).eps
    for args in HALVES[name](dtype):
        expected = reference(name, double(args))
        for out in with_every_order(name, args):
            narrow = [tensor.dtype == dtype for tensor in results(out)]
            close(out, expected, rtol=0.51 * step if any(narrow) else 1e-4, atol=1e-3 if WATCHES_MEMORY else 2e-4)
            for a, b in zip(results(out), results(expected)):
                spacing = step * 2.0 ** (b.frexp().exponent - 1)  # of halves around each of the numbers
                beyond = (a.double() - b).abs() > 0.51 * spacing + 1e-5
                assert WATCHES_MEMORY or a.dtype != dtype or not beyond.any()


@pytest.mark.skipif(WATCHES_MEMORY, reason='it is the numbers that are looked at')
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('name', of(BEYOND_A_HALF))
def test_sums_of_halves_go_on_where_a_half_would_stand_still(name: str, dtype: torch.dtype) -> None:
    for args in BEYOND_A_HALF[name](dtype):
        close(run(name, args), reference(name, double(args)), rtol=torch.finfo(dtype).eps, atol=1e-5)


@pytest.mark.parametrize('name', of(FAR))
def test_is_exact_far_from_zero(name: str) -> None:
    for args in FAR[name]():
        close(run(name, args), reference(name, double(args)), rtol=2e-4, atol=1e-3)


@pytest.mark.parametrize('name', of(NOT_FINITE))
def test_infinities_and_nan_are_those_of_the_reference(name: str) -> None:
    for args in NOT_FINITE[name]():
        close(run(name, args), reference(name, args), **CLOSE)


@pytest.mark.parametrize('name', NAMES)
def test_a_launch_that_fails_is_told(name: str) -> None:
    args = next(iter(SAMPLES[name]()))
    configure(SEED, launches_fail=True)
    with pytest.raises(RuntimeError, match='CUDA says: this launch was made to fail'):
        run(name, args)


@pytest.mark.parametrize('name', of(TIES))
def test_the_first_of_equals_wins(name: str) -> None:
    for args in TIES[name]():
        close(run(name, args), reference(name, args), **CLOSE)


@pytest.mark.parametrize('name', of(INVALID))
def test_nothing_invalid_is_read(name: str) -> None:
    for args in INVALID[name]():
        said, outs = '', []
        try:
            outs += with_every_order(name, args, unwritten=0)  # NaN is to be written
        except RuntimeError as error:
            said = str(error)
        assert 'emulator: ' not in said
        for out in outs:
            assert any((tensor.isnan() if is_floating(tensor) else tensor == -1).any() for tensor in results(out))
