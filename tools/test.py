"""Evaluate a checkpoint: ``python tools/test.py CONFIG CHECKPOINT --eval mIoU``."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

import torch

import mmcv
from mmcv import dist
from mmcv.config import Config, DictAction
from mmcv.engine import has_evaluator, run_inference
from mmcv.runner import load_checkpoint
from mmcv.utils import ConfigError, did_you_mean
from mmcv.utils.arguments import Parameters
from mmseg.apis import build_model, build_test_loader, load_config
from mmseg.assembly.parts import place, require_labels
from mmseg.assembly.speed import prepare_inference, set_backends
from mmseg.cli import add_common_arguments, join_processes, merge_deprecated_options, run_tool
from mmseg.logger import get_root_logger
from mmseg.samples import sample_files

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


class Consumers:
    """What is done with each batch of label maps: count, keep, format, draw. Only ``--out`` keeps them."""

    def __init__(self, args: argparse.Namespace, dataset: Any, model: torch.nn.Module) -> None:
        self.args, self.dataset, self.model = args, dataset, model
        self.options = args.eval_options or {}
        self.evaluator, self.pre_evaluated, self.kept = None, [], []
        if args.eval and has_evaluator(dataset):
            self.evaluator = dataset.new_evaluator(args.eval, bootstrap=self.options.get('bootstrap', 0))

    def __call__(self, results: list, indices: list[int]) -> None:
        if self.evaluator is not None:
            self.evaluator.add(results, indices)
        elif self.args.eval:  # a data set with a pre_eval or evaluate of its own
            self.pre_evaluated += zip(indices, self.dataset.pre_eval(results, indices))
        if self.args.out:
            self.kept += zip(indices, results)
        if self.args.format_only:
            prefix = self.options.get('imgfile_prefix', f'./.format_{type(self.dataset).__name__.lower()}')
            self.dataset.format_results(
                results, indices=indices, **{**self.options, 'imgfile_prefix': prefix})
        if self.args.show or self.args.show_dir:
            for result, index in zip(results, indices):
                self.draw(result, index)

    def counted(self) -> Any:
        """What ``dataset.evaluate`` takes, of all ranks; complete on the main process."""
        if self.evaluator is None:
            return in_order(self.pre_evaluated)
        self.evaluator.reduce()
        return self.evaluator

    def draw(self, result: Any, index: int) -> None:
        path = Path(sample_files(self.dataset, index)['img'])
        folder = getattr(self.dataset, 'img_dir', path.parent)  # a name in it may stand in several folders
        out = str(Path(self.args.show_dir, path.relative_to(folder))) if self.args.show_dir else None
        self.model.show_result(
            mmcv.imread(str(path)), [result], palette=self.dataset.PALETTE, show=self.args.show, out_file=out,
            opacity=self.args.opacity)


def in_order(pairs: list[tuple[int, Any]]) -> list:
    """The values of (index, value) pairs of all ranks, by index."""
    everything = dict(pair for part in dist.gather_objects(pairs) for pair in part)
    return [everything[index] for index in sorted(everything)]


def check_options(args: argparse.Namespace, dataset: Any) -> None:
    """Refuse options that the data set does not take before hours of inference."""
    if not (args.eval or args.format_only):
        return
    taken = Parameters(dataset.evaluate if args.eval else dataset.format_results)
    names = taken.names - {'results', 'metric', 'logger', 'indices'}  # given here
    for key in args.eval_options or {}:
        if key not in names and (key in taken.names or not taken.accept(key)):
            raise ConfigError(f'--eval-options {key}: {type(dataset).__name__} takes no such option'
                              f'{did_you_mean(key, names)}')


def load_model(cfg: Config, args: argparse.Namespace, dataset: Any) -> torch.nn.Module:
    cfg.model.update({key: None for key in ('pretrained', 'train_cfg') if key in cfg.model})  # not needed to test
    model = build_model(cfg, dataset)
    meta = load_checkpoint(model, args.checkpoint, map_location='cpu', strict=True).get('meta', {})
    model.CLASSES = meta.get('CLASSES') or dataset.CLASSES
    model.PALETTE = meta.get('PALETTE') or dataset.PALETTE
    return prepare_inference(model, cfg)


def report(args: argparse.Namespace, cfg: Config, dataset: Any, consumers: Consumers) -> None:
    """Evaluate on the main process and leave a json of the metrics."""
    counted = consumers.counted()
    if not dist.is_main():
        return
    logger = get_root_logger(log_level=cfg.get('log_level', 'INFO'))
    metric = dataset.evaluate(counted, args.eval, logger=logger, **(args.eval_options or {}))
    folder = Path(args.work_dir or Path('work_dirs', Path(cfg.filename).stem))
    stamp = time.strftime('%Y%m%d_%H%M%S', time.localtime())
    path = folder / f'eval_{"multi" if args.aug_test else "single"}_scale_{stamp}.json'
    mmcv.dump({'config': args.config, 'metric': metric}, str(path))
    logger.info(f'Metrics: {path}')


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
    check_options(args, dataset)
    model = load_model(cfg, args, dataset)
    consumers = Consumers(args, dataset, model)
    run_inference(place(model, cfg, distributed=False), loader, consumers)
    if args.out:
        kept = in_order(consumers.kept)
        if dist.is_main():
            mmcv.dump(kept, args.out)
    if args.eval:
        report(args, cfg, dataset, consumers)


if __name__ == '__main__':
    run_tool(main, parse_args())
