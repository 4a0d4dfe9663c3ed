"""Unpickle a stranger's checkpoint without running anything of it.

``torch.load`` takes a module in place of ``pickle``; :data:`pickle_module` is one whose ``Unpickler`` knows only how to
make tensors, arrays and containers. Every other class or function that the file names becomes a class of
:class:`Placeholder`, which keeps what it is given and does nothing.
"""

import pickle
import types
from typing import IO, Any

import torch

from mmcv.fileio.pickles import PLAIN, Maker, plain_name


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


class PlainDict(dict):
    """A dict of a class of its own, as configs are; what it holds is all that is taken over."""

    def __setstate__(self, state: object) -> None:
        """Attributes of it are left out; its items come by themselves."""


def _tensor(
    storage: torch.storage.TypedStorage, offset: int, size: tuple[int, ...], stride: tuple[int, ...],
    requires_grad: bool = False, *_: Any,
) -> torch.Tensor:
    tensor = torch.empty(0, dtype=storage.dtype).set_(storage.untyped(), offset, size, stride)
    return tensor.requires_grad_(requires_grad)


def _parameter(data: torch.Tensor, requires_grad: bool = True, *_: Any) -> torch.nn.Parameter:
    return torch.nn.Parameter(data, requires_grad=requires_grad)


#: What a config was made of: of mmcv 1.x, of mmengine, and their base.
_CONFIGS = ('mmcv.utils.config.ConfigDict', 'mmengine.config.config.ConfigDict', 'addict.addict.Dict')


def _config(kind: object, items: dict, *_: object) -> dict:
    return PlainDict(items)


_MAKERS = {
    **dict.fromkeys(_CONFIGS, PlainDict),
    'mmcv.config.dict.ConfigDict': PlainDict,
    'mmcv.config.dict._rebuild': Maker(_config),  # in checkpoints of before
    'mmcv.config.dict.rebuild_node': Maker(_config),
    'torch._utils._rebuild_tensor': Maker(_tensor),
    'torch._utils._rebuild_tensor_v2': Maker(_tensor),
    'torch._utils._rebuild_parameter': Maker(_parameter),
    'torch.Size': Maker(torch.Size),
    'torch.device': Maker(torch.device),
    **PLAIN,
}


class Unpickler(pickle.Unpickler):
    """Knows tensors, numpy arrays and plain containers; makes placeholders of the rest."""

    def find_class(self, module: str, name: str) -> object:
        path = plain_name(module, name)
        if module == 'torch' and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        return _MAKERS.get(path) or type(path, (Placeholder,), {})


def load(file: IO[bytes], **kwargs: Any) -> object:
    """As ``pickle.load``."""
    return Unpickler(file, **kwargs).load()


pickle_module = types.SimpleNamespace(__name__=__name__, Unpickler=Unpickler, load=load)
