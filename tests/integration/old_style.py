"""Train, test and vote as the tools of mmsegmentation 0.x do it: every step by its old name and address.

    python old_style.py CONFIG WORK_DIR OUT
"""
import copy
import os.path as osp
import sys
import time

import torch

import mmcv
from mmcv.cnn.utils import revert_sync_batchnorm
from mmcv.parallel import MMDataParallel
from mmcv.parallel.scatter_gather import scatter_kwargs
from mmcv.runner import load_checkpoint
from mmcv.utils import Config, get_git_hash
from mmseg import __version__, digit_version
from mmseg.apis import init_random_seed, set_random_seed, single_gpu_test, train_segmentor
from mmseg.datasets import build_dataloader, build_dataset
from mmseg.models import build_segmentor
from mmseg.utils import build_dp, collect_env, get_device, get_root_logger, setup_multi_processes


def train(config, work_dir):
    cfg = Config.fromfile(config)
    cfg.merge_from_dict({'runner.max_iters': 2, 'evaluation.interval': 2, 'checkpoint_config.interval': 1})
    cfg.work_dir, cfg.gpu_ids, cfg.auto_resume = work_dir, [0], False
    mmcv.mkdir_or_exist(osp.abspath(cfg.work_dir))
    cfg.dump(osp.join(cfg.work_dir, osp.basename(config)))
    timestamp = time.strftime('%Y%m%d_%H%M%S', time.localtime())
    logger = get_root_logger(log_file=osp.join(cfg.work_dir, f'{timestamp}.log'), log_level=cfg.log_level)
    setup_multi_processes(cfg)
    meta = dict(env_info='\n'.join(f'{key}: {value}' for key, value in collect_env().items()))
    cfg.device = get_device()
    cfg.seed = init_random_seed(3, device=cfg.device)
    set_random_seed(cfg.seed, deterministic=True)
    model = build_segmentor(cfg.model, train_cfg=cfg.get('train_cfg'), test_cfg=cfg.get('test_cfg'))
    model.init_weights()
    model = revert_sync_batchnorm(model)
    datasets = [build_dataset(cfg.data.train)]
    if len(cfg.workflow) == 2:
        val = copy.deepcopy(cfg.data.val)
        val.pipeline = cfg.data.train.pipeline
        datasets.append(build_dataset(val))
    cfg.checkpoint_config.meta = dict(
        mmseg_version=f'{__version__}+{get_git_hash()[:7]}', config=cfg.pretty_text, CLASSES=datasets[0].CLASSES,
        PALETTE=datasets[0].PALETTE)
    model.CLASSES = datasets[0].CLASSES
    meta.update(cfg.checkpoint_config.meta)
    logger.info(model)
    train_segmentor(model, datasets, cfg, distributed=False, validate=True, timestamp=timestamp, meta=meta)


def loaded(cfg, checkpoint):
    cfg.model.pretrained = None
    cfg.model.train_cfg = None
    model = build_segmentor(cfg.model, test_cfg=cfg.get('test_cfg'))
    content = load_checkpoint(model, checkpoint, map_location='cpu')
    model.CLASSES, model.PALETTE = content['meta']['CLASSES'], content['meta']['PALETTE']
    return model


def loader_of(cfg):
    cfg.data.test.test_mode = True
    dataset = build_dataset(cfg.data.test)
    further = {key: value for key, value in cfg.data.items() if key not in ('train', 'val', 'test')}
    return dataset, build_dataloader(dataset, **{
        **dict(num_gpus=1, dist=False, shuffle=False), **further, 'samples_per_gpu': 1, 'shuffle': False})


def test(config, checkpoint, out):
    assert digit_version(mmcv.__version__) >= digit_version('1.4.4')
    cfg = Config.fromfile(config)
    dataset, loader = loader_of(cfg)
    model = build_dp(revert_sync_batchnorm(loaded(cfg, checkpoint)), get_device(), device_ids=[0])
    results = single_gpu_test(model, loader, False, osp.join(out, 'show'), False, 0.5, pre_eval=True)
    metric = dataset.evaluate(results, metric=['mIoU'])
    mmcv.dump(dict(config=config, metric=metric), osp.join(out, 'eval.json'), indent=4)
    single_gpu_test(model, loader, format_only=True, format_args=dict(imgfile_prefix=osp.join(out, 'files')))
    mmcv.dump(single_gpu_test(model, loader), osp.join(out, 'maps.pkl'))


@torch.no_grad()
def vote(config, out, *checkpoints):
    cfg = Config.fromfile(config)
    _, loader = loader_of(cfg)
    models = [MMDataParallel(loaded(cfg, checkpoint), device_ids=[0]).eval() for checkpoint in checkpoints]
    maps = []
    for _, data in zip(loader.batch_sampler, loader):
        data['img_metas'][0].data[0][0]['filename']  # as in the containers of those days
        total = 0
        for model in models:
            x, _ = scatter_kwargs(inputs=data, kwargs=None, target_gpus=model.device_ids)
            total += model.module.simple_test_logits(**x[0])
        maps.append(total.argmax(axis=1).squeeze())
    mmcv.dump(maps, osp.join(out, 'vote.pkl'))


if __name__ == '__main__':
    _, config, work_dir, out = sys.argv
    train(config, work_dir)
    test(config, osp.join(work_dir, 'iter_2.pth'), out)
    vote(config, out, osp.join(work_dir, 'iter_2.pth'), osp.join(work_dir, 'latest.pth'))
