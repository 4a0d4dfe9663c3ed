"""What commands share: the arguments that several of them take, clean errors; and those that have no room of their own.

A command is a module with ``add_arguments(parser)`` and ``main(args)``, as mmseg/commands.py lists them. It loads
nothing that takes its time, so that ``--help`` and mistakes are answered at once: ``main`` does, once it has looked at
the arguments.
"""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.arguments': 'add_config_arguments add_model_arguments add_run_arguments merge_deprecated_options',
    '.errors': 'message run_tool',
    '.given_model': 'GivenModel load_model model_in',
    '.processes': 'chosen_device join_processes',
})
