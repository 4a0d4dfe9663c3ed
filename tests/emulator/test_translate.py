"""CUDA as C++: launches, shared variables, and what is not understood."""

import pytest

from emulator.translate import translate


def line(source: str) -> str:
    return translate(source, 'a.cu').split('\n', 1)[1]


def test_a_launch_is_a_call() -> None:
    said = line('forward<T, 4><<<blocks(a, b), kThreads, bytes, stream>>>(x, size(1, 2), y);')
    assert said == (
        '::emulator::launch("forward<T, 4>", ::emulator::Configuration{blocks(a, b), kThreads, '
        'static_cast<size_t>(bytes), stream}, [](const auto&... emulated) { forward<T, 4>(emulated...); }, '
        'x, size(1, 2), y);')


def test_a_launch_of_two_values_and_no_arguments() -> None:
    said = line('  fill<<<dim3(1, 2), 32>>>();')
    assert 'Configuration{dim3(1, 2), 32}' in said
    assert said.endswith('{ fill(emulated...); });')


def test_a_launch_knows_the_most_threads_of_its_kernel() -> None:
    said = line('__global__ void __launch_bounds__(128, 2) fill(int* x) { } void f() { fill<<<1, n>>>(x); }')
    assert 'Configuration{1, n, 0, nullptr, static_cast<unsigned int>(128)}' in said


@pytest.mark.parametrize('cast', ['static_cast<int>(', 'int(', 'static_cast<std::uint32_t>(', 'unsigned int('])
def test_casts_to_32_bits_are_watched(cast: str) -> None:
    kind = cast.removeprefix('static_cast<').rstrip('(').rstrip('>')
    assert line(f'x = {cast}y);') == f'x = ::emulator::narrow<{kind}>(y);'


def test_other_casts_stay() -> None:
    source = 'x = static_cast<int64_t>(a); int (*f)(int); print(int64_t(b)); T(c); std::function<int(int)> g;'
    assert line(source) == source


@pytest.mark.parametrize(('source', 'variables'), [
    ('__shared__ unsigned int hits;', ['auto& hits = ::emulator::shared<unsigned int >']),
    ('__shared__ Wide<T> tile[32][33], row[4];',
     ['auto& tile = ::emulator::shared<Wide<T> [32][33]>', 'auto& row = ::emulator::shared<Wide<T> [4]>']),
    ('extern __shared__ unsigned int counts[];',
     ['auto* const counts = static_cast<unsigned int*>(::emulator::dynamic_shared());']),
])
def test_shared_variables_are_those_of_the_block(source: str, variables: list[str]) -> None:
    said = line(source)
    assert all(variable in said for variable in variables)
    assert '__shared__' not in said


def test_comments_go_and_lines_stay() -> None:
    said = line('// forward<<<1, 1>>>();\n/* __shared__\n int a; */ int b;\nconst char* c = "// kept";')
    assert said.split('\n') == [' ', '', ' int b;', 'const char* c = "// kept";']


@pytest.mark.parametrize(('source', 'what'), [
    ('int a;\n__constant__ float table[4];', 'a.cu:2: __constant__ is CUDA'),
    ('asm volatile("bar.sync 0;");', 'a.cu:1: asm is CUDA'),
    ('#include <cooperative_groups.h>', 'a.cu:1: <cooperative_groups is CUDA'),
    ('__shared__ float (*rows)[4];', 'one type and names were expected'),
    ('__global__ void fill(const Size& size, float* x) {\n}', 'a.cu:1: fill: the parameters of a kernel are copied'),
    ('forward<<<1>>>(x);', 'a.cu:1: 2 to 4 values'),
    ('forward<<<1, 2, 3;', 'a.cu:1: a kernel, <<< and >>> were expected'),
])
def test_what_is_not_understood_is_an_error(source: str, what: str) -> None:
    with pytest.raises(ValueError, match=what.replace('(', r'\(')):
        translate(source, 'a.cu')
