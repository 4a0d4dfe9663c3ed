"""Load and dump json, yaml, numpy's files and pickles; what is read runs nothing."""

import io
import os
import zipfile
from pathlib import Path
from typing import IO, Any

from .file_client import FileClient
from .handlers import BaseFileHandler, file_handlers
from .storage import get_bytes


def load(file: str | os.PathLike | IO, file_format: str | None = None, file_client_args: dict | None = None,
         **kwargs: Any) -> Any:
    """Read a file of data.

    Args:
        file: a path, an address, or an open file (then give ``file_format``).
        file_format: 'json', 'yaml', 'npy' (an array), 'npz' (a dict of arrays), 'pkl', or one of
            :func:`register_handler`; None goes by the suffix.
        file_client_args: where the file lies, see :func:`mmcv.fileio.get_bytes`.
        **kwargs: as for ``json.load`` or ``pickle.load``.

    Raises:
        ValueError: another format; a damaged file; a pickle of more than plain data and numpy arrays, because reading
            that runs what its author wrote into it.
    """
    kind, handler = _handler_of(file, file_format)
    if isinstance(file, (str, os.PathLike)):
        content = get_bytes(file, **(file_client_args or {}))
    else:
        content = file.read()
    try:
        if handler.str_like:
            opened = io.StringIO(content if isinstance(content, str) else content.decode())
        else:
            opened = io.BytesIO(content)
        return handler.load_from_fileobj(opened, **kwargs)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f'{file}: no valid {kind}: {error}') from error


def dump(obj: object, file: str | os.PathLike | IO | None = None, file_format: str | None = None,
         file_client_args: dict | None = None, **kwargs: Any) -> str | bytes | None:
    """Write a file of data.

    Args:
        obj: plain data; arrays and scalars of numpy, sets and ranges become lists and numbers in json. An array for
            'npy'; a dict of arrays, or several of them in a row, for 'npz'.
        file: a path (written atomically, folders are made), an address, an open file, or None for the text itself.
        file_format: as of :func:`load`; None goes by the suffix.
        file_client_args: where to, see :class:`mmcv.fileio.FileClient`.
        **kwargs: as for ``json.dumps``, ``yaml.dump`` or ``pickle.dumps``.

    Returns:
        The text (of pickles and numpy's files the bytes) where ``file`` is None.

    Raises:
        ValueError: another format.
    """
    _, handler = _handler_of(file, file_format)
    if file is None:
        return handler.dump_to_str(obj, **kwargs)
    in_memory = io.StringIO() if handler.str_like else io.BytesIO()
    handler.dump_to_fileobj(obj, in_memory, **kwargs)
    content = in_memory.getvalue()
    if isinstance(file, (str, os.PathLike)):
        client = FileClient.infer_client(file_client_args, file)
        client.put_text(content, file) if isinstance(content, str) else client.put(content, file)
    else:
        binary = isinstance(file, (io.RawIOBase, io.BufferedIOBase))
        file.write(content.encode() if isinstance(content, str) and binary else content)
    return None


def _handler_of(file: object, file_format: str | None) -> tuple[str, BaseFileHandler]:
    suffix = file_format or (Path(file).suffix[1:] if isinstance(file, (str, os.PathLike)) else '')
    if suffix not in file_handlers:
        raise ValueError(f'{file}: format {suffix!r} is unknown: use {", ".join(file_handlers)}')
    handler = file_handlers[suffix]
    return type(handler).__name__.removesuffix('Handler').lower(), handler
