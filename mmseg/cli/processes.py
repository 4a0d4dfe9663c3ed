"""Where a run computes, as its command line says: device and process group."""

import argparse
import os

import torch

from mmcv import dist
from mmcv.config import Config
from mmseg.settings import Settings


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
