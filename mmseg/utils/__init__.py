"""What every part of mmseg may use."""

from mmcv.utils import find_config

from .collect_env import collect_env
from .logger import get_root_logger

__all__ = ['collect_env', 'find_config', 'get_root_logger']
