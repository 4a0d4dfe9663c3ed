"""Reading a pickle without running anything of it: plain data, numpy arrays and our configs, and nothing else."""

import collections
import functools
import pickle
from collections.abc import Callable
from typing import IO, Any

import numpy as np


class Maker:
    """A function that a file may call and cannot alter."""

    __slots__ = ('_function',)

    def __init__(self, function: Callable) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> object:
        return self._function(*args, **kwargs)

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError('it tries to alter a function')


def _array(_cls: type, shape: tuple[int, ...], _typecode: bytes) -> np.ndarray:
    return np.empty(shape, np.int8)  # its state, with dtype and content, follows


def _array_of_buffer(content: bytes, dtype: np.dtype, shape: tuple[int, ...], order: str) -> np.ndarray:
    return np.frombuffer(content, dtype).reshape(shape, order=order).copy(order)


def _scalar(dtype: np.dtype, content: bytes) -> np.generic:
    if dtype.hasobject:
        raise pickle.UnpicklingError('it holds a numpy scalar of objects')
    return np.frombuffer(content, dtype)[0]


def _encode(text: str, encoding: str = 'latin1') -> bytes:
    return text.encode('latin1')  # the only way pickle itself uses it


# No range: a list of one would fill the memory from a few bytes.
PLAIN = {name: Maker(function) for name, function in {
    'collections.OrderedDict': collections.OrderedDict,
    'collections.deque': collections.deque,
    'numpy.core.multiarray._reconstruct': _array,
    'numpy.core.multiarray.scalar': _scalar,
    'numpy.core.numeric._frombuffer': _array_of_buffer,
    'numpy.dtype': np.dtype,
    'numpy.ndarray': _array,
    '_codecs.encode': _encode,
    **{f'{module}.{kind.__name__}': kind
       for kind in (set, frozenset, list, dict, tuple, bytearray, complex, slice)
       for module in ('builtins', '__builtin__')},
}.items()}


def plain_name(module: str, name: str) -> str:
    """What :data:`PLAIN` calls a function of a pickle, whichever numpy wrote it."""
    return f'{module}.{name}'.replace('numpy._core.', 'numpy.core.')


@functools.cache
def _of_configs() -> dict[str, Maker]:
    from mmcv.config.config import Config, rebuild
    from mmcv.config.dict import ConfigDict, rebuild_node
    from mmcv.utils.origins import OfOldType, OfVariable

    makers = {
        'config.config.Config': Config,
        'config.config.rebuild': lambda _cls, state: rebuild(Config, state),
        'config.dict.ConfigDict': ConfigDict,
        'config.dict.rebuild_node': lambda _cls, *parts: rebuild_node(ConfigDict, *parts),
        'utils.origins.OfOldType': OfOldType,
        'utils.origins.OfVariable': OfVariable,
    }
    return {f'mmcv.{name}': Maker(function) for name, function in makers.items()}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        path = plain_name(module, name)
        makers = _of_configs() if path.startswith('mmcv.') else PLAIN
        try:
            return makers[path]
        except KeyError:
            raise pickle.UnpicklingError(
                f'it names {path}, and to read more than plain data and numpy arrays may run foreign code: '
                'write it as lists, dicts and arrays') from None


def load_plain(file: IO[bytes], **kwargs: Any) -> Any:
    """As ``pickle.load``, of plain data, numpy arrays and our configs.

    Raises:
        ValueError: it is no pickle, or it names anything else, which is not imported.
    """
    try:
        return _PlainUnpickler(file, **kwargs).load()
    except MemoryError:
        raise
    except Exception as error:  # of damaged ones the C code raises nearly anything
        raise ValueError(str(error) or type(error).__name__) from error
