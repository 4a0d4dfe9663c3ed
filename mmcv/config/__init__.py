"""Config files: read, merged, checked for misspelled keys, written; every value knows where it was set."""

from .arrays import unpack_arrays
from .config import Config, check_known_keys
from .dict import ConfigDict
from .dict_action import DictAction
from .find import find_config

__all__ = ['Config', 'ConfigDict', 'DictAction', 'check_known_keys', 'find_config', 'unpack_arrays']
