"""Registries, errors, logging, paths and other foundations; they import nothing else of mmcv."""

from .env import collect_env, processor
from .errors import (
    ConfigError,
    ConfigErrors,
    ConfigFileNotFoundError,
    ConfigImportError,
    ConfigKeyError,
    ConfigTypeError,
    did_you_mean,
    one_line,
    short_path,
)
from .imports import import_modules_from_strings
from .logging import get_logger, logger_initialized, print_log
from .methods import deprecated_api_warning, has_method, is_method_overridden
from .path import check_file_exist, find_vcs_root, fopen, is_filepath, mkdir_or_exist, scandir, symlink
from .progressbar import ProgressBar, track_iter_progress, track_parallel_progress, track_progress
from .registry import Registry, build_from_cfg
from .sequences import (
    concat_list,
    is_list_of,
    is_seq_of,
    is_str,
    is_tuple_of,
    iter_cast,
    list_cast,
    slice_list,
    to_1tuple,
    to_2tuple,
    to_3tuple,
    to_4tuple,
    to_ntuple,
    tuple_cast,
)
from .timer import Timer, TimerError
from .version import TORCH_VERSION, digit_version, get_git_hash, parse_version_info

__all__ = [
    'TORCH_VERSION',
    'ConfigError', 'ConfigErrors',
    'ConfigFileNotFoundError',
    'ConfigImportError',
    'ConfigKeyError',
    'ConfigTypeError',
    'ProgressBar',
    'Registry',
    'Timer',
    'TimerError',
    'build_from_cfg',
    'check_file_exist',
    'collect_env',
    'concat_list',
    'deprecated_api_warning',
    'did_you_mean',
    'digit_version',
    'find_vcs_root',
    'fopen',
    'get_git_hash',
    'get_logger',
    'has_method',
    'import_modules_from_strings',
    'is_filepath',
    'is_list_of',
    'is_method_overridden',
    'is_seq_of',
    'is_str',
    'is_tuple_of',
    'iter_cast',
    'list_cast',
    'logger_initialized',
    'mkdir_or_exist',
    'one_line',
    'parse_version_info',
    'print_log',
    'processor',
    'scandir',
    'short_path',
    'slice_list',
    'symlink',
    'to_1tuple',
    'to_2tuple',
    'to_3tuple',
    'to_4tuple',
    'to_ntuple',
    'track_iter_progress',
    'track_parallel_progress',
    'track_progress',
    'tuple_cast',
]
