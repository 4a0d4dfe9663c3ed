"""Training: ``mmseg train``."""

import argparse
import warnings

from .arguments import add_config_arguments, add_run_arguments, merge_deprecated_options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of training."""
    add_config_arguments(parser)
    parser.add_argument('--work-dir', help='where logs and checkpoints go (default: work_dirs/CONFIG)')
    parser.add_argument('--load-from', help='start from the weights of this checkpoint')
    parser.add_argument('--resume-from', help='go on from this checkpoint: weights, optimizer, iteration')
    parser.add_argument('--auto-resume', action='store_true', help='go on from the newest sound checkpoint, if any')
    parser.add_argument('--no-validate', action='store_true', help='do not evaluate during training')
    parser.add_argument('--gpus', type=int, help='deprecated: use train_dist.sh for several GPUs, --gpu-id for one')
    parser.add_argument('--gpu-ids', type=int, nargs='+', help='deprecated: use --gpu-id')
    parser.add_argument('--seed', type=int, help='random seed (default: drawn, and logged)')
    parser.add_argument('--diff_seed', '--diff-seed', action='store_true', help='add the rank to the seed of dropout')
    parser.add_argument('--deterministic', action='store_true', help='only deterministic algorithms')
    parser.add_argument('--verbose', action='store_true', help='show the whole config in the log')
    add_run_arguments(parser)


def main(args: argparse.Namespace) -> None:
    """Train.

    Raises:
        ValueError: what is wrong with the arguments, the config or the data.
    """
    merge_deprecated_options(args)
    _merge_deprecated_gpus(args)
    from mmseg.apis import load_config, run_training

    from .processes import chosen_device, join_processes

    cfg = load_config(args.config, args.cfg_options)
    run_training(
        cfg,
        work_dir=args.work_dir,
        load_from=args.load_from,
        resume_from=args.resume_from,
        auto_resume=args.auto_resume,
        seed=args.seed,
        diff_seed=args.diff_seed,
        deterministic=args.deterministic,
        validate=not args.no_validate,
        device=chosen_device(args),
        distributed=join_processes(cfg, args),
        verbose=args.verbose)


def _merge_deprecated_gpus(args: argparse.Namespace) -> None:
    """Say what ``--gpus`` and ``--gpu-ids`` of older scripts mean today."""
    if args.gpus is not None:
        warnings.warn('--gpus is deprecated and means one GPU: use train_dist.sh CONFIG GPUS', stacklevel=2)
    if args.gpu_ids is not None:
        warnings.warn('--gpu-ids is deprecated: use --gpu-id', stacklevel=2)
        args.gpu_id = args.gpu_ids[0]
