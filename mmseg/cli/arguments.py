"""Arguments that several commands take."""

import argparse
import warnings

from mmcv.config import DictAction


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """A config, what to override in it, and ``--debug``."""
    parser.add_argument('config', help='path or bare name of a config: pspnet_r18-d8_demo')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='override its values: data.samples_per_gpu=4 model.decode_head.pool_scales=(1,2,3)')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """How a model is run, and ``--debug``."""
    parser.add_argument('--device', help='cpu, cuda or cuda:1 (default: a GPU where there is one)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='override values of the config')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that training and testing share, the deprecated ones among them."""
    parser.add_argument('--options', nargs='+', action=DictAction, help='deprecated: use --cfg-options')
    parser.add_argument(
        '--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none', help='who started the processes')
    parser.add_argument('--dist_backend', '--dist-backend', help='nccl or gloo (default: what the machine has)')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help='set by some launchers; not needed')
    parser.add_argument('--device', help="'cpu' or 'cuda', in the place of the config's")
    parser.add_argument('--gpu-id', type=int, help='which GPU to use when there is no launcher (default: 0)')


def merge_deprecated_options(args: argparse.Namespace, new: str = 'cfg_options') -> None:
    """Move ``--options`` to the argument that took its place, with a warning."""
    if not args.options:
        return
    flag = '--' + new.replace('_', '-')
    if getattr(args, new):
        raise ValueError(f'--options and {flag} are one thing: give only {flag}')
    warnings.warn(f'--options is deprecated: use {flag}', stacklevel=2)
    setattr(args, new, args.options)
