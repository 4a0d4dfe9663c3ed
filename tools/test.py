"""Evaluate a checkpoint: ``python tools/test.py CONFIG CHECKPOINT --eval mIoU``."""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

import torch

import mmcv
from mmcv import dist
from mmcv.config import Config, DictAction
from mmcv.engine import run_inference
from mmcv.runner import load_checkpoint
from mmcv.utils import ConfigError
from mmseg.apis import build_model, build_test_loader, load_config
from mmseg.assembly.parts import place, require_labels
from mmseg.assembly.speed import prepare_inference, set_backends
from mmseg.cli import add_common_arguments, join_processes, merge_deprecated_options, run_tool
from mmseg.evaluation.results import Counted, Drawn, Formatted, Kept, Results, check_options
from mmseg.logger import get_root_logger

AUG_RATIOS = [0.5, 0.75, 1.0, 1.25, 1.5, 1.75]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Test (and evaluate) a segmentor')
    parser.add_argument('config', help='path or bare name of a config')
    parser.add_argument('checkpoint', help='path or address of the weights')
    parser.add_argument('--work-dir', help='where the metrics go as json (default: work_dirs/CONFIG)')
    parser.add_argument('--aug-test', action='store_true', help='flips and six scales')
    parser.add_argument('--out', help='write the label maps of all images to this .pkl file (they are kept in memory)')
    parser.add_argument('--format-only', action='store_true', help='write files for a test server, without evaluation')
    parser.add_argument('--eval', nargs='+', metavar='METRIC', help='mIoU, mDice, mFscore')
    parser.add_argument('--show', action='store_true', help='show the predictions in windows')
    parser.add_argument('--show-dir', help='draw the predictions into this folder')
    parser.add_argument('--opacity', type=float, default=0.5, help='of the drawn prediction, in (0, 1]')
    parser.add_argument('--gpu-collect', action='store_true', help='gather results over the GPUs instead of files')
    parser.add_argument('--tmpdir', help='folder to gather results in when there are several processes')
    parser.add_argument(
        '--eval-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='arguments of the evaluation, or of --format-only: imgfile_prefix=results')
    add_common_arguments(parser)
    args = parser.parse_args()
    if not (args.out or args.eval or args.format_only or args.show or args.show_dir):
        parser.error('nothing to do: give at least one of --eval, --out, --format-only, --show, --show-dir')
    if args.eval and args.format_only:
        parser.error('--eval needs labels and --format-only is for images without: give one of them')
    if args.out and not args.out.endswith(('.pkl', '.pickle')):
        parser.error(f'--out {args.out}: the file has to end in .pkl')
    if not 0 < args.opacity <= 1:
        parser.error(f'--opacity {args.opacity}: has to be in (0, 1]')
    return args


def augment_test(cfg: Config) -> None:
    """Turn on flips and scales in the test pipeline."""
    for transform in cfg.data.test.pipeline:
        if transform.type == 'MultiScaleFlipAug':
            transform.img_ratios = AUG_RATIOS
            transform.flip = True
            return
    raise ConfigError(f'{cfg.filename}: --aug-test needs MultiScaleFlipAug in data.test.pipeline')


def check_eval_options(args: argparse.Namespace, dataset: Any) -> None:
    """Refuse options that the data set does not take before hours of inference."""
    given = ('results', 'metric', 'logger', 'indices')
    if args.eval:
        check_options(dataset.evaluate, args.eval_options or {}, '--eval-options ', given)
    elif args.format_only:
        check_options(dataset.format_results, args.eval_options or {}, '--eval-options ', given)


def load_model(cfg: Config, args: argparse.Namespace, dataset: Any) -> torch.nn.Module:
    cfg.model.update({key: None for key in ('pretrained', 'train_cfg') if key in cfg.model})  # not needed to test
    model = build_model(cfg, dataset)
    meta = load_checkpoint(model, args.checkpoint, map_location='cpu', strict=True).get('meta', {})
    model.CLASSES = meta.get('CLASSES') or dataset.CLASSES
    model.PALETTE = meta.get('PALETTE') or dataset.PALETTE
    return prepare_inference(model, cfg)


def write_metrics(args: argparse.Namespace, cfg: Config, metric: Mapping[str, float]) -> Path:
    """Leave a json of the metrics; its path."""
    folder = Path(args.work_dir or Path('work_dirs', Path(cfg.filename).stem))
    stamp = time.strftime('%Y%m%d_%H%M%S', time.localtime())
    path = folder / f'eval_{"multi" if args.aug_test else "single"}_scale_{stamp}.json'
    mmcv.dump({'config': args.config, 'metric': metric}, str(path))
    return path


def main(args: argparse.Namespace) -> None:
    merge_deprecated_options(args, 'eval_options')
    cfg = load_config(args.config, args.cfg_options)
    cfg.gpu_ids = [args.gpu_id]
    if not torch.cuda.is_available():
        cfg.device = 'cpu'  # the config of a run may come from a machine with GPUs
    set_backends(cfg)
    if args.aug_test:
        augment_test(cfg)
    distributed = join_processes(cfg, args)
    loader = build_test_loader(cfg, 'test', distributed)
    dataset = loader.dataset
    if args.eval:
        require_labels(dataset)
    check_eval_options(args, dataset)
    model = load_model(cfg, args, dataset)
    options = args.eval_options or {}
    counted = Counted(dataset, metric=args.eval, **options) if args.eval else None
    kept = Kept() if args.out else None
    formatted = Formatted(dataset, **options) if args.format_only else None
    drawn = (Drawn(dataset, model, args.show_dir, args.show, args.opacity) if args.show or args.show_dir else None)
    takers = Results(*(taker for taker in (counted, kept, formatted, drawn) if taker is not None))
    run_inference(place(model, cfg, distributed=False), loader, takers)
    if kept is not None:
        label_maps = kept.total()
        if dist.is_main():
            mmcv.dump(label_maps, args.out)
    if counted is not None:
        logger = get_root_logger(log_level=cfg.get('log_level', 'INFO'))
        metric = counted.evaluate(logger)
        if dist.is_main():
            logger.info(f'Metrics: {write_metrics(args, cfg, metric)}')


if __name__ == '__main__':
    run_tool(main, parse_args())
