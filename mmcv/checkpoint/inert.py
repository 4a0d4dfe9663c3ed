"""Unpickle a stranger's checkpoint without running anything of it.

``torch.load`` takes a module in place of ``pickle``; :data:`pickle_module` is one whose ``Unpickler`` knows only how to
make tensors, arrays and containers. Every other class or function that the file names becomes a class of
:class:`Placeholder`, which keeps what it is given and does nothing.
"""

import collections
import pickle
import types
from collections.abc import Callable
from typing import IO, Any

import numpy as np
import torch


class Placeholder:
    """Stands for an object of a class that is not trusted; ``args`` and ``state`` hold what the file says of it."""

    def __new__(cls, *args: Any, **kwargs: Any) -> 'Placeholder':
        instance = super().__new__(cls)
        instance.args, instance.state, instance.items = args, kwargs, []
        return instance

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """All is done by ``__new__``, which some opcodes call alone."""

    def __call__(self, *args: Any, **kwargs: Any) -> 'Placeholder':
        return Placeholder(*args, **kwargs)

    def __setstate__(self, state: object) -> None:
        self.state = state

    def __setitem__(self, key: object, value: object) -> None:
        self.items.append((key, value))

    def append(self, item: object) -> None:
        self.items.append(item)

    def extend(self, items: list) -> None:
        self.items.extend(items)

    def add(self, item: object) -> None:
        self.items.append(item)

    def __repr__(self) -> str:
        return f'<placeholder of {type(self).__qualname__}>'


class _Maker:
    """A function that a file may call and cannot alter."""

    __slots__ = ('_function',)

    def __init__(self, function: Callable) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> object:
        return self._function(*args, **kwargs)

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError('it tries to alter a function')


def _tensor(
    storage: torch.storage.TypedStorage, offset: int, size: tuple[int, ...], stride: tuple[int, ...],
    requires_grad: bool = False, *_: Any,
) -> torch.Tensor:
    tensor = torch.empty(0, dtype=storage.dtype).set_(storage.untyped(), offset, size, stride)
    return tensor.requires_grad_(requires_grad)


def _parameter(data: torch.Tensor, requires_grad: bool = True, *_: Any) -> torch.nn.Parameter:
    return torch.nn.Parameter(data, requires_grad=requires_grad)


def _array(_cls: type, shape: tuple[int, ...], _typecode: bytes) -> np.ndarray:
    return np.empty(shape, np.int8)  # its state, with dtype and content, follows


def _scalar(dtype: np.dtype, content: bytes) -> np.generic:
    if dtype.hasobject:
        raise pickle.UnpicklingError('it holds a numpy scalar of objects')
    return np.frombuffer(content, dtype)[0]


def _encode(text: str, encoding: str = 'latin1') -> bytes:
    return text.encode('latin1')  # the only way pickle itself uses it


# No range: a list of one would fill the memory from a few bytes.
_MAKERS = {
    'torch._utils._rebuild_tensor': _tensor,
    'torch._utils._rebuild_tensor_v2': _tensor,
    'torch._utils._rebuild_parameter': _parameter,
    'torch.Size': torch.Size,
    'torch.device': torch.device,
    'collections.OrderedDict': collections.OrderedDict,
    'collections.deque': collections.deque,
    'numpy.core.multiarray._reconstruct': _array,
    'numpy.core.multiarray.scalar': _scalar,
    'numpy.dtype': np.dtype,
    'numpy.ndarray': _array,
    '_codecs.encode': _encode,
    **{f'{module}.{kind.__name__}': kind
       for kind in (set, frozenset, list, dict, tuple, bytearray, complex, slice)
       for module in ('builtins', '__builtin__')},
}
_MAKERS = {name: _Maker(function) for name, function in _MAKERS.items()}


class Unpickler(pickle.Unpickler):
    """Knows tensors, numpy arrays and plain containers; makes placeholders of the rest."""

    def find_class(self, module: str, name: str) -> object:
        path = f'{module}.{name}'.replace('numpy._core.', 'numpy.core.')
        if module == 'torch' and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        return _MAKERS.get(path) or type(path, (Placeholder,), {})


def load(file: IO[bytes], **kwargs: Any) -> object:
    """As ``pickle.load``."""
    return Unpickler(file, **kwargs).load()


pickle_module = types.SimpleNamespace(__name__=__name__, Unpickler=Unpickler, load=load)
