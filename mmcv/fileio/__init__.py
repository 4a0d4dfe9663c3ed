"""Reading and writing files: atomic, wherever they lie."""

from .atomic import atomic_symlink, atomic_write, remove_temporaries
from .download import DownloadError, cache_home, download, file_digest
from .formats import dump, load
from .storage import FileClient, get_bytes

__all__ = [
    'DownloadError', 'FileClient', 'atomic_symlink', 'atomic_write', 'cache_home', 'download', 'dump', 'file_digest',
    'get_bytes', 'load', 'remove_temporaries',
]
