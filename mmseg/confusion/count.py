"""Label maps of a whole data set against its labels."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

import mmcv
from mmcv.fileio import atomic_write
from mmcv.utils import ConfigError
from mmseg.evaluation.counting import ConfusionMatrix
from mmseg.evaluation.picture import picture_path
from mmseg.invocation import called
from mmseg.labels import read_label_map
from mmseg.protocols import Samples
from mmseg.samples import class_names, eval_label, ignored_label


def read_results(path: str, dataset: Samples) -> list[np.ndarray | str]:
    """The label maps of a data set in order, out of the file that ``tools/test.py --out`` writes.

    Args:
        path: a .pkl file with a list of arrays or of ``.npy`` files, or a .npz or .json one by the images' names.
        dataset: that they are of.

    Raises:
        ValueError: there is no such file, it holds something else, or not one label map per image.
    """
    if not Path(path).is_file():
        raise ConfigError(f'{path}: there is no such file: {called("test")} CONFIG CHECKPOINT --out {path} writes it')
    results = np.load(path) if path.endswith('.npz') else mmcv.load(path)
    if isinstance(results, (Mapping, np.lib.npyio.NpzFile)):
        names = [picture_path(dataset, index).as_posix() for index in range(len(dataset))]
        lacking = [name for name in names if name not in results]
        if lacking:
            raise ConfigError(f'{path}: has no label map of {lacking[0]}: was it written with this config?')
        return [np.asarray(results[name]) for name in names]
    if not isinstance(results, Sequence) or not all(isinstance(one, (np.ndarray, str)) for one in results):
        kind = type(results[0]).__name__ if isinstance(results, Sequence) and results else type(results).__name__
        raise ConfigError(f'{path}: holds no label maps but {kind}: write it by {called("test")} --out, without --eval')
    if len(results) != len(dataset):
        raise ConfigError(f'{path}: holds {len(results)} label maps, the data set has {len(dataset)} images: was it '
                          'written with this config?')
    return list(results)


def count_results(dataset: Samples, results: Sequence[np.ndarray | str]) -> np.ndarray:
    """(K, K) int64 pixels, rows = label, columns = prediction; what is labelled as ignored does not count.

    Args:
        dataset: with labels.
        results: (H, W) class indices, or files of them, one per image in order.

    Raises:
        ValueError: a label map of another size than its label.
    """
    counted = ConfusionMatrix(len(class_names(dataset)), ignored_label(dataset))
    for index, result in enumerate(results):
        predicted, label = read_label_map(result), eval_label(dataset, index)
        if predicted.shape != label.shape:
            raise ValueError(f'{picture_path(dataset, index)}: a label map of shape {predicted.shape} cannot be '
                             f'compared with a label of shape {label.shape}')
        counted.update(predicted, label)
    return counted.matrix.cpu().numpy()


def write_counts(path: Path, matrix: np.ndarray, names: Sequence[str]) -> None:
    """Write the matrix (labels, predictions) as a table with the names of the classes."""
    with atomic_write(path, 'w', encoding='utf-8', newline='') as file:
        rows = csv.writer(file)
        rows.writerow(['label \\ prediction', *names])
        rows.writerows([name, *row] for name, row in zip(names, matrix.tolist()))
