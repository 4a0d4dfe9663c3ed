"""What an evaluation leaves for the page: one file beside the checkpoints, read without trust."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from zipfile import BadZipFile, is_zipfile

import numpy as np

from mmcv.fileio import atomic_write
from mmseg.evaluation.calibration import Calibration
from mmseg.evaluation.image_pairs import ImagePairs

NAME = 'report.npz'
_VERSION = 1


@dataclass
class Snapshot:
    """A run as it was at its last evaluation.

    Attributes:
        classes: their names.
        palette: (K, 3) RGB.
        images: the names of the validation images.
        done: what the evaluated model was trained for: 'iteration 300 of 400'.
        when: the local time of the evaluation.
        metrics: what the evaluation gave.
        config: (key, value, origin) of every value.
        environment: as text.
        shown: per image ``index``, ``why``, ``iou`` and ``panels`` (title, src, alt).
        measured: over how many images the calibration goes.
        problems: one line per image that was left out.
        pairs: what was counted of each image; None where a data set counts in its own way.
        calibration: empty where nothing was measured.
    """

    classes: Sequence[str]
    palette: Sequence[Sequence[int]]
    images: Sequence[str]
    done: str = ''
    when: str = ''
    metrics: Mapping[str, float] = field(default_factory=dict)
    config: Sequence[tuple[str, str, str]] = ()
    environment: str = ''
    shown: Sequence[Mapping] = ()
    measured: int = 0
    problems: Sequence[str] = ()
    pairs: ImagePairs | None = None
    calibration: Calibration = field(default_factory=Calibration)

    def save(self, folder: str | Path) -> None:
        """Write it into a work directory, in the place of the one before."""
        about = {name: value for name, value in vars(self).items() if name not in ('pairs', 'calibration')}
        arrays = {'about': np.array(json.dumps({'version': _VERSION, **about})), 'calibration': self.calibration.counts}
        if self.pairs is not None:
            arrays |= _as_arrays(self.pairs)
        packed = io.BytesIO()
        np.savez_compressed(packed, **arrays)
        with atomic_write(str(Path(folder, NAME)), 'wb') as file:
            file.write(packed.getvalue())


def read_snapshot(folder: str | Path) -> Snapshot | None:
    """The one of a work directory; None where there is none.

    Raises:
        ValueError: it is damaged, or of a later version.
    """
    path = Path(folder, NAME)
    if not path.is_file():
        return None
    try:
        if not is_zipfile(path):
            raise ValueError('damaged')
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about = json.loads(str(arrays.pop('about')))
        if about.pop('version') != _VERSION:
            raise ValueError('it was written by another version')
        known = {one.name: about[one.name] for one in fields(Snapshot) if one.name in about}  # older ones tell more
        made = Snapshot(**known, pairs=_as_pairs(arrays, len(about['classes'])))
        made.calibration.counts = arrays['calibration']
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise ValueError(f'{path}: cannot be read ({error}): delete it, and evaluate again') from error
    return made


def _as_arrays(pairs: ImagePairs) -> dict[str, np.ndarray]:
    indices = pairs.indices()
    kept = [pairs.images[index] for index in indices]
    return {
        'index': np.array(indices, np.int64),
        'length': np.array([len(places) for places, _ in kept], np.int64),
        'place': np.concatenate([places for places, _ in kept]) if kept else np.zeros(0, np.int32),
        'pixels': np.concatenate([pixels for _, pixels in kept]) if kept else np.zeros(0, np.int64)}


def _as_pairs(arrays: Mapping[str, np.ndarray], num_classes: int) -> ImagePairs | None:
    if 'place' not in arrays:
        return None
    pairs = ImagePairs(num_classes)
    ends = np.cumsum(arrays['length'])[:-1]
    parts = zip(np.split(arrays['place'], ends), np.split(arrays['pixels'], ends))
    pairs.images = dict(zip(arrays['index'].tolist(), parts))
    return pairs
