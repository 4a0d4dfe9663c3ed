"""Reading and writing files: atomic, wherever they lie."""

from .atomic import atomic_symlink, atomic_write, remove_temporaries
from .backends import BaseStorageBackend
from .download import DownloadError, cache_home, download, file_digest, kept_at
from .file_client import FileClient
from .formats import dump, load
from .handlers import BaseFileHandler, JsonHandler, PickleHandler, YamlHandler, register_handler
from .lists import dict_from_file, list_from_file
from .storage import get_bytes

__all__ = [
    'BaseFileHandler', 'BaseStorageBackend', 'DownloadError', 'FileClient', 'JsonHandler', 'PickleHandler',
    'YamlHandler', 'atomic_symlink', 'atomic_write', 'cache_home', 'dict_from_file', 'download', 'dump', 'file_digest',
    'get_bytes', 'kept_at', 'list_from_file', 'load', 'register_handler', 'remove_temporaries',
]
