"""Registries, errors, logging, paths and other foundations; they import nothing else of mmcv."""

from .lazy import lazy_names

# Lazy, as a program has to choose its threads before anything loads torch, which some of these do.
_NAMES = {
    '.env': 'collect_env processor',
    '.errors': """
        ConfigError ConfigErrors ConfigFileNotFoundError ConfigImportError ConfigKeyError ConfigTypeError did_you_mean
        one_line short_path""",
    '.imports': 'import_modules_from_strings',
    '.logging': 'get_logger logger_initialized print_log',
    '.methods': 'deprecated_api_warning has_method is_method_overridden',
    '.path': 'check_file_exist find_vcs_root fopen is_filepath mkdir_or_exist scandir symlink',
    '.progressbar': 'ProgressBar track_iter_progress track_parallel_progress track_progress',
    '.registry': 'Registry build_from_cfg',
    '.sequences': """
        concat_list is_list_of is_seq_of is_str is_tuple_of iter_cast list_cast slice_list to_1tuple to_2tuple to_3tuple
        to_4tuple to_ntuple tuple_cast""",
    '.threads': 'choose_threads chosen_threads usable_cores',
    '.timer': 'Timer TimerError check_time',
    '.version': 'TORCH_VERSION digit_version get_git_hash parse_version_info',
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _NAMES)
