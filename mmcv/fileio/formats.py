"""Load and dump json, yaml, numpy's files and pickles; what is read runs nothing."""

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from .atomic import atomic_write
from .pickles import load_plain
from .storage import get_bytes

_FORMATS = {
    'json': 'json', 'yaml': 'yaml', 'yml': 'yaml', 'pkl': 'pickle', 'pickle': 'pickle', 'npy': 'npy', 'npz': 'npz'}


def load(file: str | os.PathLike | IO, file_format: str | None = None, file_client_args: dict | None = None,
         **kwargs: Any) -> Any:
    """Read a file of data.

    Args:
        file: a path, an address, or an open file (then give ``file_format``).
        file_format: 'json', 'yaml', 'npy' (an array), 'npz' (a dict of arrays) or 'pkl'; None goes by the suffix.
        file_client_args: where the file lies, see :func:`mmcv.fileio.get_bytes`.
        **kwargs: as for ``json.loads`` or ``pickle.loads``.

    Raises:
        ValueError: another format; a damaged file; a pickle of more than plain data and numpy arrays, because reading
            that runs what its author wrote into it.
    """
    kind = _format_of(file, file_format)
    content = get_bytes(file, **(file_client_args or {})) if isinstance(file, (str, os.PathLike)) else file.read()
    try:
        return _DECODERS[kind](content, **kwargs)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f'{file}: no valid {kind}: {error}') from error


def dump(obj: object, file: str | os.PathLike | IO | None = None, file_format: str | None = None,
         **kwargs: Any) -> str | bytes | None:
    """Write a file of data.

    Args:
        obj: plain data; arrays and scalars of numpy, sets and ranges become lists and numbers in json. An array for
            'npy'; a dict of arrays, or several of them in a row, for 'npz'.
        file: a path (written atomically, folders are made), an open file, or None for the text itself.
        file_format: as of :func:`load`; None goes by the suffix.
        **kwargs: as for ``json.dumps``, ``yaml.safe_dump`` or ``pickle.dumps``.

    Returns:
        The text (of pickles and numpy's files the bytes) where ``file`` is None.

    Raises:
        ValueError: another format.
    """
    kind = _format_of(file, file_format)
    content = _ENCODERS[kind](obj, **kwargs)
    if file is None:
        return content
    if isinstance(file, (str, os.PathLike)):
        with atomic_write(file, 'w' if isinstance(content, str) else 'wb') as opened:
            opened.write(content)
    else:
        file.write(content.encode() if isinstance(content, str) and not isinstance(file, io.TextIOBase) else content)
    return None


def _format_of(file: object, file_format: str | None) -> str:
    suffix = file_format or (Path(file).suffix[1:] if isinstance(file, (str, os.PathLike)) else '')
    if suffix not in _FORMATS:
        raise ValueError(f'{file}: format {suffix!r} is unknown: use {", ".join(_FORMATS)}')
    return _FORMATS[suffix]


def _json_default(obj: object) -> object:
    if isinstance(obj, (set, frozenset, range)):
        return list(obj)
    if isinstance(obj, (np.ndarray, np.generic)):
        return obj.tolist()
    raise TypeError(f'json has no {type(obj).__name__}: {obj!r}')


def _to_json(obj: object, **kwargs: Any) -> str:
    return json.dumps(obj, **{'default': _json_default, **kwargs})


def _to_yaml(obj: object, **kwargs: Any) -> str:
    import yaml
    return yaml.safe_dump(obj, **kwargs)


def _to_pickle(obj: object, **kwargs: Any) -> bytes:
    import pickle
    return pickle.dumps(obj, **kwargs)


def _to_npy(obj: object) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(obj), allow_pickle=False)
    return file.getvalue()


def _to_npz(obj: Mapping | Sequence | np.ndarray) -> bytes:
    if not isinstance(obj, Mapping):
        arrays = [obj] if isinstance(obj, np.ndarray) else obj
        obj = {f'arr_{number}': array for number, array in enumerate(arrays)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:  # np.savez has names of its own among the keys
        for name, array in obj.items():
            archive.writestr(f'{name}.npy', _to_npy(array))
    return file.getvalue()


_ENCODERS = {'json': _to_json, 'yaml': _to_yaml, 'pickle': _to_pickle, 'npy': _to_npy, 'npz': _to_npz}


def _from_yaml(content: bytes | str) -> object:
    import yaml
    return yaml.safe_load(content)


def _from_pickle(content: bytes, **kwargs: Any) -> object:
    return load_plain(io.BytesIO(content), **kwargs)


def _from_npy(content: bytes) -> np.ndarray:
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def _from_npz(content: bytes) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.removesuffix('.npy'): _from_npy(archive.read(name)) for name in archive.namelist()}


_DECODERS = {'json': json.loads, 'yaml': _from_yaml, 'pickle': _from_pickle, 'npy': _from_npy, 'npz': _from_npz}
