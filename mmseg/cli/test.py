"""Testing: ``mmseg test``."""

import argparse

from mmcv.config import DictAction

from .arguments import add_config_arguments, add_run_arguments, merge_deprecated_options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of testing."""
    add_config_arguments(parser)
    parser.add_argument('checkpoint', help='path or address of the weights')
    parser.add_argument('--work-dir', help='where the metrics go as json (default: work_dirs/CONFIG)')
    parser.add_argument('--aug-test', action='store_true', help='flips and six scales')
    parser.add_argument('--out', help='write the label maps of all images to this .pkl, .npz or .json file')
    parser.add_argument('--format-only', action='store_true', help='write images of the classes, without evaluation')
    parser.add_argument('--eval', nargs='+', metavar='METRIC', help='mIoU, mDice, mFscore')
    parser.add_argument('--show', action='store_true', help='show the predictions in windows')
    parser.add_argument('--show-dir', help='draw the predictions into this folder')
    parser.add_argument('--opacity', type=float, default=0.5, help='of the drawn prediction, in (0, 1]')
    parser.add_argument('--gpu-collect', action='store_true', help='gather results over the GPUs instead of files')
    parser.add_argument('--tmpdir', help='folder to gather results in when there are several processes')
    parser.add_argument(
        '--eval-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='arguments of the evaluation, or of --format-only: imgfile_prefix=results')
    add_run_arguments(parser)


def main(args: argparse.Namespace) -> None:
    """Test, and do with the predictions what is asked for.

    Raises:
        ValueError: arguments that ask for nothing, or not for one thing; what is wrong with config, weights or data.
    """
    if not (args.out or args.eval or args.format_only or args.show or args.show_dir):
        raise ValueError('nothing to do: give at least one of --eval, --out, --format-only, --show, --show-dir')
    if args.eval and args.format_only:
        raise ValueError('--eval needs labels and --format-only is for images without: give one of them')
    if not 0 < args.opacity <= 1:
        raise ValueError(f'--opacity {args.opacity}: has to be in (0, 1]')
    merge_deprecated_options(args, 'eval_options')
    from mmseg.apis import load_config, run_test

    from .processes import chosen_device, join_processes

    cfg = load_config(args.config, args.cfg_options)
    run_test(
        cfg,
        args.checkpoint,
        metrics=args.eval or (),
        format_only=args.format_only,
        options=args.eval_options,
        out=args.out,
        show=args.show,
        show_dir=args.show_dir,
        opacity=args.opacity,
        aug_test=args.aug_test,
        work_dir=args.work_dir,
        device=chosen_device(args),
        distributed=join_processes(cfg, args))
