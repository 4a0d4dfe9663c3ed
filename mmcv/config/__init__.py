"""Config files: read, merged, checked for misspelled keys, written; every value knows where it was set."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.arrays': 'unpack_arrays',
    '.config': 'Config check_known_keys',
    '.dict': 'ConfigDict',
    '.dict_action': 'DictAction',
    '.find': 'find_config',
})
