"""What the command-line tools share: clean errors and the arguments that several of them take."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import nn

from mmcv import dist
from mmcv.config import Config, DictAction
from mmcv.utils import ConfigError, ConfigErrors, one_line
from mmcv.utils.pipe import ends_with_its_reader
from mmcv.utils.users_code import users_line
from mmseg.labels import DataError
from mmseg.settings import Settings

_CHECKPOINTS = ('.pth', '.pt', '.ckpt', '.pkl', '.bin', '.safetensors', '.onnx', '.xml', '.pt2')


def run_tool(main: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> None:
    """Run ``main(args)``; what the user did wrong becomes one line on stderr and exit code 2.

    A :class:`ValueError` or :class:`OSError` is the user's (a bad config, file or folder), and so is whatever comes
    through a user's own code; anything else is ours and keeps its traceback, as everything does under ``--debug``.
    ``... | head`` ends it quietly.
    """
    try:
        with ends_with_its_reader():
            main(args)
    except (ValueError, OSError) as error:
        _end(error, args.debug)
    except Exception as error:
        if isinstance(error, RuntimeError) and (others := dist.describe_others()):
            print(f'The other processes, when last heard of:\n{others}', file=sys.stderr)
            raise  # what a lost process leaves behind surfaces in whatever code waits for it
        if not users_line(error):
            raise
        _end(error, args.debug)
    except KeyboardInterrupt:
        if args.debug:
            raise
        sys.exit(130)


def _end(error: Exception, debug: bool) -> None:
    """One line per mistake and exit code 2; with ``debug`` the traceback, after that of the worker it comes from."""
    if debug:
        if isinstance(error, DataError) and error.worker_traceback:
            print(error.worker_traceback, file=sys.stderr)
        raise error
    for line in error.args if isinstance(error, ConfigErrors) else [message(error)]:
        print(f'error: {line}', file=sys.stderr)
    # A hard exit would leave loader workers behind: let the interpreter wind down.
    sys.exit(2)


def message(error: BaseException) -> str:
    """The message of an error without line breaks; a bare OSError reads as ``path: reason``.

    One from a user's own code has its kind, and the file, line and statement there.
    """
    text, place = _text(error), users_line(error)
    if not place or (isinstance(error, DataError) and error.worker_traceback):
        return text
    if text.startswith(place.partition(': ')[0]):  # an error in a config, which says its file and line itself
        return text
    kind = '' if isinstance(error, (ConfigError, DataError)) else f'{type(error).__name__}: '
    return f'{kind}{text} ({place})'


def _text(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f'{error.filename}: {error.strerror}'
    return one_line(error) or type(error).__name__


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """A config, what to override in it, and ``--debug``."""
    parser.add_argument('config', help='path or bare name of a config: pspnet_r18-d8_demo')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='override its values: data.samples_per_gpu=4 model.decode_head.pool_scales=(1,2,3)')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


class GivenModel(NamedTuple):
    """What a user names a model by.

    Attributes:
        config: path or name; None where the one in the checkpoint is to be used.
        checkpoint: a path, an address, or 'zoo'.
    """

    config: str | None
    checkpoint: str


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """How a model is run, and ``--debug``."""
    parser.add_argument('--device', help='cpu, cuda or cuda:1 (default: a GPU where there is one)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='override values of the config')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def model_in(paths: Sequence[str]) -> tuple[GivenModel, Sequence[str]]:
    """Tell ``[CONFIG] CHECKPOINT`` from what comes behind.

    Raises:
        ValueError: there is no checkpoint.
    """
    own = paths[0].lower().endswith(_CHECKPOINTS)
    if not own and len(paths) < 2:
        raise ValueError(f'{paths[0]}: no checkpoint ({", ".join(_CHECKPOINTS)}); give it behind the config')
    return (GivenModel(None, paths[0]), paths[1:]) if own else (GivenModel(*paths[:2]), paths[2:])


def load_model(given: GivenModel, args: argparse.Namespace) -> nn.Module:
    """The model that was named, as :func:`add_model_arguments` says.

    Raises:
        ConfigError: there is none, or something is wrong with its config.
    """
    from mmseg import apis  # takes its seconds, which most tools and --help do not need
    from mmseg.assembly.load import config_in, load_config
    from mmseg.export import is_exported_file

    if not given.config and is_exported_file(given.checkpoint):
        raise ConfigError(f'{given.checkpoint}: an exported model holds no config: give that of the model before it')
    cfg = load_config(given.config, args.cfg_options) if given.config else config_in(given.checkpoint, args.cfg_options)
    return apis.init_segmentor(cfg, given.checkpoint, device=args.device)


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


def chosen_device(args: argparse.Namespace) -> str | None:
    """What ``--device`` names, or the GPU of ``--gpu-id`` where there is any; None leaves it to the config."""
    if args.device is not None:
        return args.device
    return f'cuda:{args.gpu_id}' if args.gpu_id is not None and torch.cuda.is_available() else None


def join_processes(cfg: Config, args: argparse.Namespace) -> bool:
    """Join the process group as ``--launcher``, ``--dist_backend`` and ``dist_params`` say.

    Returns:
        Whether there is a launcher.
    """
    if args.launcher == 'none':
        return False
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))  # old launchers pass it as an argument
    settings = Settings.of(cfg)
    params = dict(settings.dist_params)
    if args.dist_backend:
        params['backend'] = args.dist_backend
    if settings.device.type == 'cpu' and params.get('backend', 'nccl') == 'nccl':
        params['backend'] = 'gloo'  # what most configs name moves nothing between CPUs
    dist.init_dist(args.launcher, **params)
    return True
