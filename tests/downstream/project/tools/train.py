"""Training put together by hand, as projects of those days did."""

import argparse
import copy
import os
import os.path as osp
import time
import warnings

import fields  # noqa: F401
import torch
from mmcv_custom import ClearingEvalHook

import mmcv
from mmcv.parallel import MMDataParallel, MMDistributedDataParallel
from mmcv.runner import build_optimizer, build_runner, init_dist
from mmcv.utils import Config, DictAction, get_git_hash
from mmseg import __version__
from mmseg.apis import set_random_seed
from mmseg.core import DistEvalHook
from mmseg.datasets import build_dataloader, build_dataset
from mmseg.models import build_segmentor
from mmseg.utils import collect_env, get_root_logger


def parse_args():
    parser = argparse.ArgumentParser(description='Train a segmentor')
    parser.add_argument('config')
    parser.add_argument('--work-dir')
    parser.add_argument('--resume-from')
    parser.add_argument('--seed', type=int, default=None)
    parser.add_argument('--deterministic', action='store_true')
    parser.add_argument('--options', nargs='+', action=DictAction, help='custom options')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    if 'LOCAL_RANK' not in os.environ:
        os.environ['LOCAL_RANK'] = str(args.local_rank)
    return args


def train_segmentor(model, dataset, cfg, distributed, timestamp, meta):
    logger = get_root_logger(cfg.log_level)
    loaders = [
        build_dataloader(one, cfg.data.samples_per_gpu, cfg.data.workers_per_gpu, len(cfg.gpu_ids), dist=distributed,
                         seed=cfg.seed, drop_last=True) for one in dataset
    ]
    optimizer = build_optimizer(model, cfg.optimizer)
    if distributed:
        model = MMDistributedDataParallel(
            model, broadcast_buffers=False, find_unused_parameters=cfg.get('find_unused_parameters', False))
    else:
        model = MMDataParallel(model, device_ids=cfg.gpu_ids)
    if cfg.get('runner') is None:
        cfg.runner = {'type': 'IterBasedRunner', 'max_iters': cfg.total_iters}
        warnings.warn('config is now expected to have a `runner` section', UserWarning)
    runner = build_runner(
        cfg.runner,
        default_args=dict(model=model, batch_processor=None, optimizer=optimizer, work_dir=cfg.work_dir,
                          logger=logger, meta=meta))
    runner.register_training_hooks(cfg.lr_config, cfg.optimizer_config, cfg.checkpoint_config, cfg.log_config,
                                   cfg.get('momentum_config', None))
    runner.timestamp = timestamp
    val_dataset = build_dataset(cfg.data.val, dict(test_mode=True))
    val_dataloader = build_dataloader(val_dataset, samples_per_gpu=1, workers_per_gpu=cfg.data.workers_per_gpu,
                                      dist=distributed, shuffle=False)
    eval_cfg = cfg.get('evaluation', {})
    eval_cfg['by_epoch'] = 'Runner' not in cfg.runner['type']
    runner.register_hook((DistEvalHook if distributed else ClearingEvalHook)(val_dataloader, **eval_cfg))
    for hook_cfg in cfg.get('custom_hooks', None) or []:
        hook_cfg = hook_cfg.copy()
        priority = hook_cfg.pop('priority', 'NORMAL')
        runner.register_hook(mmcv.build_from_cfg(hook_cfg, mmcv.runner.HOOKS), priority=priority)
    if cfg.resume_from:
        runner.resume(cfg.resume_from)
    elif cfg.load_from:
        runner.load_checkpoint(cfg.load_from)
    runner.run(loaders, cfg.workflow)


def main():
    args = parse_args()
    cfg = Config.fromfile(args.config)
    if args.options is not None:
        cfg.merge_from_dict(args.options)
    if cfg.get('cudnn_benchmark', False):
        torch.backends.cudnn.benchmark = True
    cfg.work_dir = args.work_dir
    cfg.resume_from = args.resume_from
    cfg.gpu_ids = range(1)
    distributed = args.launcher != 'none'
    if distributed:
        init_dist(args.launcher, **cfg.dist_params)
    mmcv.mkdir_or_exist(osp.abspath(cfg.work_dir))
    cfg.dump(osp.join(cfg.work_dir, osp.basename(args.config)))
    timestamp = time.strftime('%Y%m%d_%H%M%S', time.localtime())
    logger = get_root_logger(log_file=osp.join(cfg.work_dir, f'{timestamp}.log'), log_level=cfg.log_level)
    env_info = '\n'.join(f'{key}: {value}' for key, value in collect_env().items())
    logger.info(f'Distributed training: {distributed}')
    logger.info(f'Config:\n{cfg.pretty_text}')
    if args.seed is not None:
        set_random_seed(args.seed, deterministic=args.deterministic)
    cfg.seed = args.seed
    meta = dict(env_info=env_info, seed=args.seed, exp_name=osp.basename(args.config))
    model = build_segmentor(cfg.model, train_cfg=cfg.get('train_cfg'), test_cfg=cfg.get('test_cfg'))
    model.init_weights()
    logger.info(model)
    datasets = [build_dataset(cfg.data.train)]
    if len(cfg.workflow) == 2:
        val_dataset = copy.deepcopy(cfg.data.val)
        val_dataset.pipeline = cfg.data.train.dataset.pipeline
        datasets.append(build_dataset(val_dataset))
    cfg.checkpoint_config.meta = dict(
        mmseg_version=f'{__version__}+{get_git_hash()[:7]}', config=cfg.pretty_text, CLASSES=datasets[0].CLASSES,
        PALETTE=datasets[0].PALETTE)
    model.CLASSES = datasets[0].CLASSES
    train_segmentor(model, datasets, cfg, distributed=distributed, timestamp=timestamp, meta=meta)


if __name__ == '__main__':
    main()
