"""Every top-level key of a config: accepted values, meaning, default; typed settings out of a config; the device."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.settings': 'Settings',
    '.device': 'choose_device',
})
