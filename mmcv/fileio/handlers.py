"""How each format is read and written; what is read runs nothing."""

import io
import json
import pickle
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

import numpy as np

from .backends import FilePath
from .pickles import load_plain


class BaseFileHandler(ABC):
    """Reads and writes one format, of text (``str_like``) or of bytes."""

    str_like = True

    @abstractmethod
    def load_from_fileobj(self, file: IO, **kwargs: Any) -> Any:
        """The data of an open file."""

    @abstractmethod
    def dump_to_str(self, obj: object, **kwargs: Any) -> str | bytes:
        """What a file of the data would hold."""

    def dump_to_fileobj(self, obj: object, file: IO, **kwargs: Any) -> None:
        """Write data into an open file."""
        file.write(self.dump_to_str(obj, **kwargs))

    def load_from_path(self, filepath: FilePath, mode: str | None = None, **kwargs: Any) -> Any:
        """The data of a local file."""
        with open(filepath, mode or ('r' if self.str_like else 'rb')) as file:
            return self.load_from_fileobj(file, **kwargs)

    def dump_to_path(self, obj: object, filepath: FilePath, mode: str | None = None, **kwargs: Any) -> None:
        """Write data into a local file."""
        with open(filepath, mode or ('w' if self.str_like else 'wb')) as file:
            self.dump_to_fileobj(obj, file, **kwargs)


class JsonHandler(BaseFileHandler):
    """json; arrays and scalars of numpy, sets and ranges become lists and numbers."""

    def load_from_fileobj(self, file: IO, **kwargs: Any) -> Any:
        return json.load(file, **kwargs)

    def dump_to_str(self, obj: object, **kwargs: Any) -> str:
        return json.dumps(obj, **{'default': set_default, **kwargs})


def set_default(obj: object) -> list | int | float | bool | str:
    """What json writes for a set, a range, or an array or number of numpy.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(obj, (set, frozenset, range)):
        return list(obj)
    if isinstance(obj, (np.ndarray, np.generic)):
        return obj.tolist()
    raise TypeError(f'json has no {type(obj).__name__}: {obj!r}')


class YamlHandler(BaseFileHandler):
    """yaml of plain data."""

    def load_from_fileobj(self, file: IO, **kwargs: Any) -> Any:
        import yaml
        return yaml.load(file, **{'Loader': yaml.SafeLoader, **kwargs})

    def dump_to_str(self, obj: object, **kwargs: Any) -> str:
        import yaml
        return yaml.dump(obj, **{'Dumper': yaml.SafeDumper, **kwargs})


class PickleHandler(BaseFileHandler):
    """Pickles of plain data and numpy arrays; others are refused, as reading them runs what their author wrote."""

    str_like = False

    def load_from_fileobj(self, file: IO[bytes], **kwargs: Any) -> Any:
        return load_plain(file, **kwargs)

    def dump_to_str(self, obj: object, **kwargs: Any) -> bytes:
        return pickle.dumps(obj, **kwargs)


class NpyHandler(BaseFileHandler):
    """One numpy array, of numbers."""

    str_like = False

    def load_from_fileobj(self, file: IO[bytes]) -> np.ndarray:
        return np.lib.format.read_array(file, allow_pickle=False)

    def dump_to_str(self, obj: object) -> bytes:
        file = io.BytesIO()
        np.lib.format.write_array(file, np.asarray(obj), allow_pickle=False)
        return file.getvalue()


class NpzHandler(BaseFileHandler):
    """numpy arrays by name; a sequence of them by number."""

    str_like = False

    def load_from_fileobj(self, file: IO[bytes]) -> dict[str, np.ndarray]:
        with zipfile.ZipFile(file) as archive:
            return {name.removesuffix('.npy'): NpyHandler().load_from_fileobj(io.BytesIO(archive.read(name)))
                    for name in archive.namelist()}

    def dump_to_str(self, obj: Mapping | Sequence | np.ndarray) -> bytes:
        if not isinstance(obj, Mapping):
            arrays = [obj] if isinstance(obj, np.ndarray) else obj
            obj = {f'arr_{number}': array for number, array in enumerate(arrays)}
        file = io.BytesIO()
        # Not np.savez, which has names of its own among the keys.
        with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
            for name, array in obj.items():
                archive.writestr(f'{name}.npy', NpyHandler().dump_to_str(array))
        return file.getvalue()


#: By the suffix of a file.
file_handlers: dict[str, BaseFileHandler] = {
    'json': JsonHandler(), 'yaml': YamlHandler(), 'yml': YamlHandler(), 'pkl': PickleHandler(),
    'pickle': PickleHandler(), 'npy': NpyHandler(), 'npz': NpzHandler()}

Handler = type[BaseFileHandler]


def register_handler(file_formats: str | Sequence[str], **kwargs: Any) -> Callable[[Handler], Handler]:
    """A decorator of a handler's class, for files of these suffixes.

    Args:
        file_formats: one suffix without its dot, or several.
        **kwargs: what the class is made with.

    Raises:
        TypeError: (of the decorator) no handler, or suffixes that are no strings.
    """
    formats = [file_formats] if isinstance(file_formats, str) else file_formats

    def register(kind: Handler) -> Handler:
        handler = kind(**kwargs)
        if not isinstance(handler, BaseFileHandler):
            raise TypeError(f'{kind.__name__} is no BaseFileHandler')
        if not (isinstance(formats, (list, tuple)) and all(isinstance(suffix, str) for suffix in formats)):
            raise TypeError(f'file_formats: use a string or a list of strings, not {file_formats!r}')
        file_handlers.update(dict.fromkeys(formats, handler))
        return kind

    return register
