"""Confusion matrices of a test: ``mmseg confusion-matrix``."""

import argparse
from pathlib import Path

from mmseg.cli import add_config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of confusion matrices."""
    add_config_arguments(parser)
    parser.add_argument('prediction_path', help='label maps of the test set, as tools/test.py --out writes them')
    parser.add_argument('save_dir', help='folder for confusion_matrix.png and confusion_matrix.csv')
    parser.add_argument('--show', action='store_true', help='show it in a window, too')
    parser.add_argument('--color-theme', default='winter', help='colour map of matplotlib (default: %(default)s)')
    parser.add_argument('--title', default='Normalized Confusion Matrix', help='above the plot')


def main(args: argparse.Namespace) -> None:
    """Count, write the picture and the counts, and name what is confused most.

    Raises:
        ValueError: matplotlib is not installed; label maps that do not fit the data set.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise ValueError(f'a plot needs a package: pip install matplotlib ({error})') from error
    from mmseg.assembly.load import load_config
    from mmseg.assembly.loaders import build_test_loader
    from mmseg.samples import class_names, require_labels

    from .count import count_results, read_results, write_counts
    from .plot import draw_confusion, save, worst_pairs

    if not args.show:
        matplotlib.use('Agg')
    dataset = build_test_loader(load_config(args.config, args.cfg_options), 'test').dataset
    require_labels(dataset)
    names, folder = list(class_names(dataset)), Path(args.save_dir)
    matrix = count_results(dataset, read_results(args.prediction_path, dataset))
    save(draw_confusion(matrix, names, args.title, args.color_theme), folder / 'confusion_matrix.png')
    write_counts(folder / 'confusion_matrix.csv', matrix, names)
    for label, taken, percent, pixels in worst_pairs(matrix, names):
        print(f'{label}: {percent:.1f} % are taken for {taken} ({pixels:,} pixels)')
    print(f'Confusion matrix: {folder / "confusion_matrix.png"}, its pixels: {folder / "confusion_matrix.csv"}')
    if args.show:
        import matplotlib.pyplot as plt

        plt.show()
