"""Load and dump json and yaml; pickles are written where asked, and never read."""

import io
import json
import os
from pathlib import Path
from typing import IO, Any

import numpy as np

from .atomic import atomic_write
from .storage import get_bytes

_FORMATS = {'json': 'json', 'yaml': 'yaml', 'yml': 'yaml', 'pkl': 'pickle', 'pickle': 'pickle'}


def load(file: str | os.PathLike | IO, file_format: str | None = None, file_client_args: dict | None = None,
         **kwargs: Any) -> Any:
    """Read a json or yaml file.

    Args:
        file: a path, an address, or an open file (then give ``file_format``).
        file_format: 'json' or 'yaml'; None goes by the suffix.
        file_client_args: where the file lies, see :func:`mmcv.fileio.get_bytes`.
        **kwargs: as for ``json.loads``.

    Raises:
        ValueError: another format; pickles among them, because reading one runs what its author wrote into it.
    """
    kind = _format_of(file, file_format)
    if kind == 'pickle':
        raise ValueError(f'{file}: reading a pickle may run foreign code, so it is refused; convert it to json or npz')
    content = get_bytes(file, **(file_client_args or {})) if isinstance(file, (str, os.PathLike)) else file.read()
    try:
        if kind == 'yaml':
            import yaml
            return yaml.safe_load(content)
        return json.loads(content, **kwargs)
    except ValueError as error:
        raise ValueError(f'{file}: no valid {kind}: {error}') from error


def dump(obj: object, file: str | os.PathLike | IO | None = None, file_format: str | None = None,
         **kwargs: Any) -> str | bytes | None:
    """Write json, yaml or (for scripts that read them with numpy or pandas) a pickle.

    Args:
        obj: plain data; numpy arrays and scalars, sets and ranges become lists and numbers in json.
        file: a path (written atomically, folders are made), an open file, or None for the text itself.
        file_format: 'json', 'yaml' or 'pkl'; None goes by the suffix.
        **kwargs: as for ``json.dumps``, ``yaml.safe_dump`` or ``pickle.dumps``.

    Returns:
        The text (of a pickle, the bytes) where ``file`` is None.

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
        raise ValueError(f'{file}: format {suffix!r} is unknown: use json or yaml')
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


_ENCODERS = {'json': _to_json, 'yaml': _to_yaml, 'pickle': _to_pickle}
