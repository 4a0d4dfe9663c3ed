"""Testing put together by hand, as projects of those days did."""

import argparse
import os

import fields  # noqa: F401

import mmcv
from mmcv.parallel import MMDataParallel, MMDistributedDataParallel
from mmcv.runner import get_dist_info, init_dist, load_checkpoint
from mmcv.utils import DictAction
from mmseg.apis import multi_gpu_test, single_gpu_test
from mmseg.datasets import build_dataloader, build_dataset
from mmseg.models import build_segmentor


def parse_args():
    parser = argparse.ArgumentParser(description='mmseg test (and eval) a model')
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument('--out', default='res.pkl')
    parser.add_argument('--json')
    parser.add_argument('--eval', type=str, nargs='+', default='mIoU')
    parser.add_argument('--show-dir')
    parser.add_argument('--gpu-collect', action='store_true')
    parser.add_argument('--tmpdir')
    parser.add_argument('--options', nargs='+', action=DictAction)
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    if 'LOCAL_RANK' not in os.environ:
        os.environ['LOCAL_RANK'] = str(args.local_rank)
    return args


def main():
    args = parse_args()
    cfg = mmcv.Config.fromfile(args.config)
    if args.options is not None:
        cfg.merge_from_dict(args.options)
    cfg.model.pretrained = None
    cfg.data.test.test_mode = True
    distributed = args.launcher != 'none'
    if distributed:
        init_dist(args.launcher, **cfg.dist_params)
    dataset = build_dataset(cfg.data.test)
    loader = build_dataloader(dataset, samples_per_gpu=1, workers_per_gpu=cfg.data.workers_per_gpu, dist=distributed,
                              shuffle=False)
    cfg.model.train_cfg = None
    model = build_segmentor(cfg.model, test_cfg=cfg.get('test_cfg'))
    checkpoint = load_checkpoint(model, args.checkpoint, map_location='cpu')
    model.CLASSES = checkpoint['meta']['CLASSES']
    model.PALETTE = checkpoint['meta']['PALETTE']
    if distributed:
        model = MMDistributedDataParallel(model, broadcast_buffers=False)
        outputs = multi_gpu_test(model, loader, args.tmpdir, args.gpu_collect)
    else:
        model = MMDataParallel(model, device_ids=[0])
        outputs = single_gpu_test(model, loader, False, args.show_dir)
    rank, _ = get_dist_info()
    if rank == 0:
        mmcv.dump(outputs, args.out)
        metrics = dataset.evaluate(outputs, args.eval)
        if args.json:
            mmcv.dump({key: float(value) for key, value in metrics.items()}, args.json)


if __name__ == '__main__':
    main()
