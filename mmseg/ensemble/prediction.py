"""The test set as an ensemble predicts it: label maps in files, and their scores."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from mmcv.utils import ProgressBar
from mmseg.assembly.augmented_test import SCALES, with_augmentation
from mmseg.evaluation.label_maps import png_name, save_label_map
from mmseg.evaluation.results import Counted, Results, check_evaluation
from mmseg.logger import get_root_logger
from mmseg.protocols import Samples
from mmseg.samples import class_names, require_labels, sample_files
from mmseg.settings import Settings

from .ensemble import Ensemble


def predict(args: argparse.Namespace) -> None:
    """Predict, write the label maps, and evaluate them if that is asked for.

    Raises:
        ValueError: models that do not go together; an evaluation that the test set does not allow.
    """
    devices = [f'cuda:{number}' for number in args.gpus] if torch.cuda.is_available() else None
    ensemble = Ensemble(list(zip(args.config, args.checkpoint)), devices, _augmented if args.aug_test else _plain)
    takers = [_Written(ensemble.dataset, args.out)]
    if args.eval:
        require_labels(ensemble.dataset)
        check_evaluation(ensemble.dataset, (), '--eval ')
        takers.append(Counted(ensemble.dataset, metric=args.eval))
    hand_out, bar = Results(*takers), ProgressBar(len(ensemble.dataset), file=sys.stderr)
    for label_maps, indices in ensemble:
        hand_out(label_maps, indices)
        bar.update(len(indices))
    print(f'\n{len(ensemble.dataset)} label maps: {args.out}')
    if args.eval:
        takers[-1].evaluate(get_root_logger())


def _augmented(settings: Settings) -> Settings:
    return with_augmentation(settings, (*SCALES, 2.0), flip=True)


def _plain(settings: Settings) -> Settings:
    return settings


class _Written:
    """Grey images of class indices, called as the label files are, or else as the images."""

    def __init__(self, dataset: Samples, folder: str) -> None:
        self.dataset, self.folder = dataset, Path(folder)
        labels = [Path(sample_files(dataset, index).get('label', '')).name for index in range(len(dataset))]
        self.names: Sequence[str] | None = labels if all(labels) and len(set(labels)) == len(labels) else None
        self.dtype = np.uint8 if len(class_names(dataset) or ()) <= 256 else np.uint16

    def add(self, results: list, indices: list[int]) -> None:
        """Write the label maps of these samples."""
        for values, index in zip(results, indices):
            name = png_name(self.dataset, index) if self.names is None else self.names[index]
            save_label_map((self.folder / name).with_suffix('.png'), values.astype(self.dtype))
