"""For pytest (``-p emulator.plugin``): emulated CUDA kernels in the place of ``mmcv._ext``."""

import ctypes
import os
import sys
import types

import pytest
import torch  # noqa: F401 (the libraries need it)

from emulator.build import BUILD, torch_folder

MOST = 2**31 - 1
SEED = int(os.environ.get('EMULATOR_SEED') or int.from_bytes(os.urandom(4), 'little'))

# Where the values of a tensor are wrong, a GPU would have to be waited for to say so: the result is NaN there, as
# check_kernels.py tests.
TOLD_BY_VALUES = ('test_a_label_that_is_no_class_is_an_error', *(
    f'test_refuses_what_would_read_beyond_its_memory[{name}]'
    for name in ('upsample_cross_entropy', 'ms_deform_attn', 'ms_deform_attn_backward')))


def _load() -> list[ctypes.CDLL]:
    ctypes.CDLL(torch_folder() / 'lib' / 'libtorch_cpu.so', ctypes.RTLD_GLOBAL)
    loaded = [ctypes.CDLL(path) for path in os.environ['EMULATED_LIBRARIES'].split(os.pathsep)]
    extension = types.ModuleType('mmcv._ext')
    extension.build_key = BUILD['source_key']()
    extension.cuda = ''
    sys.modules['mmcv._ext'] = extension
    return loaded


LIBRARIES = _load()


def configure(seed: int, blocks: int = 0, launches_fail: bool = False, unwritten: int = 0xff) -> None:
    """What the device does from now on.

    Args:
        seed: of the order of threads and blocks.
        blocks: that a launch gets which goes round the grid, unless it asks for fewer; MOST: as many as there can be,
            of which only some run; 0: as many as it asks for.
        launches_fail: nothing runs any more, and CUDA says so.
        unwritten: each byte of a result that nobody has written to; by default it is NaN, or -1.
    """
    for library in LIBRARIES:
        library.emulator_set(ctypes.c_uint64(seed), ctypes.c_uint(blocks), ctypes.c_int(launches_fail),
                             ctypes.c_int(unwritten))


def pytest_report_header() -> str:
    return f'emulated CUDA kernels: {len(LIBRARIES)} libraries, EMULATOR_SEED={SEED}'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.name.startswith(TOLD_BY_VALUES):
            item.add_marker(pytest.mark.skip(reason='a GPU answers NaN where it would have to be waited for'))


@pytest.fixture(autouse=True)
def order_of_threads() -> None:
    configure(SEED)
