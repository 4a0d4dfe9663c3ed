"""Train a segmentor: ``python tools/train.py CONFIG [arguments]``, or ``bash train.sh CONFIG [arguments]``."""

import argparse
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

import torch

from mmcv import dist
from mmcv.checkpoint import read_checkpoint
from mmcv.config import Config
from mmcv.runner import find_latest_checkpoint
from mmcv.utils import get_git_hash, mkdir_or_exist
from mmseg.apis import init_random_seed, load_config, set_random_seed, train_segmentor
from mmseg.assembly.parts import build_model, build_train_datasets
from mmseg.assembly.speed import set_backends
from mmseg.cli import add_common_arguments, join_processes, merge_deprecated_options, run_tool
from mmseg.env import collect_env
from mmseg.logger import get_root_logger
from mmseg.version import __version__


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Train a segmentor')
    parser.add_argument('config', help='path or bare name of a config: pspnet_r18-d8_demo')
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
    add_common_arguments(parser)
    return parser.parse_args()


def apply_arguments(cfg: Config, args: argparse.Namespace) -> None:
    """Let the command line win over the config."""
    cfg.work_dir = args.work_dir or cfg.get('work_dir') or str(Path('work_dirs', Path(cfg.filename).stem))
    cfg.load_from = args.load_from or cfg.get('load_from')
    cfg.resume_from = args.resume_from or cfg.get('resume_from')
    cfg.gpu_ids = [args.gpu_id]
    if args.gpus is not None:
        warnings.warn('--gpus is deprecated and means one GPU: use train_dist.sh CONFIG GPUS', stacklevel=2)
    if args.gpu_ids is not None:
        warnings.warn('--gpu-ids is deprecated: use --gpu-id', stacklevel=2)
        cfg.gpu_ids = args.gpu_ids[:1]
    cfg.device = 'cuda' if torch.cuda.is_available() else 'cpu'
    set_backends(cfg)


def auto_resume(cfg: Config) -> None:
    """Let the run go on from the newest sound checkpoint, which rank 0 looks for: every rank takes the same."""
    newest = find_latest_checkpoint(cfg.work_dir) if dist.is_main() else None
    cfg.resume_from = dist.broadcast_object(newest) or cfg.resume_from


def chosen_seed(cfg: Config, args: argparse.Namespace) -> int | None:
    """The seed of the command line, of the config, or of the run that is resumed, whose data stream depends on it."""
    if args.seed is not None:
        return args.seed
    if cfg.get('seed') is None and cfg.resume_from:
        meta = read_checkpoint(cfg.resume_from).get('meta') if dist.is_main() else None
        return dist.broadcast_object(meta.get('seed') if isinstance(meta, dict) else None)
    return cfg.get('seed')


def main(args: argparse.Namespace) -> None:
    merge_deprecated_options(args)
    cfg = load_config(args.config, args.cfg_options)
    apply_arguments(cfg, args)
    distributed = join_processes(cfg, args)
    if distributed:
        cfg.gpu_ids = list(range(dist.get_dist_info()[1]))
    if args.auto_resume or cfg.get('auto_resume'):
        auto_resume(cfg)

    mkdir_or_exist(cfg.work_dir)
    timestamp = dist.broadcast_object(time.strftime('%Y%m%d_%H%M%S', time.localtime()))
    if dist.is_main():
        cfg.dump(str(Path(cfg.work_dir, Path(cfg.filename).stem + '.py')))
    logger = get_root_logger(str(Path(cfg.work_dir, f'{timestamp}.log')), cfg.get('log_level', 'INFO'))

    seed = init_random_seed(chosen_seed(cfg, args))
    cfg.seed = seed
    set_random_seed(seed + dist.get_dist_info()[0] * args.diff_seed, args.deterministic)
    env = '\n'.join(f'{k}: {v}' for k, v in collect_env().items())
    logger.info(f'Environment:\n{env}')
    logger.info(f'Distributed training: {distributed}, device: {cfg.device}, seed: {seed}, '
                f'deterministic: {args.deterministic}')
    logger.info(f'Config:\n{cfg.pretty_text}')

    datasets = build_train_datasets(cfg)
    model = build_model(cfg, datasets[0])
    model.init_weights()
    logger.info(f'Model: {type(model).__name__}, {sum(p.numel() for p in model.parameters()):,} parameters')
    train_segmentor(
        model,
        datasets,
        cfg,
        distributed=distributed,
        validate=not args.no_validate,
        timestamp=timestamp,
        meta={
            'env_info': env,
            'seed': seed,
            'exp_name': Path(cfg.filename).name,
            'mmseg_version': f'{__version__}+{get_git_hash(digits=7)}',
            'config': cfg.pretty_text,
            'CLASSES': datasets[0].CLASSES,
            'PALETTE': datasets[0].PALETTE})
    logger.info(f'Everything is in {cfg.work_dir}')


if __name__ == '__main__':
    run_tool(main, parse_args())
