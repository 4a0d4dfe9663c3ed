"""The doctor's findings as a page: one file, with its pictures inside."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmcv.image import imread
from mmseg.evaluation.picture import as_picture
from mmseg.labels import STORED
from mmseg.page.picture import embedded
from mmseg.page.render import render
from mmseg.palette import random_palette

from .examination import Examination
from .finding import Finding

_SHOWN = 6  # files of a finding that are shown
_EDGE = 280  # pixels of the longer edge of a picture
_IGNORED = 90, 90, 90


def as_page(seen: Examination, findings: Sequence[Finding], document: Mapping, config: str) -> str:
    """What ``--html`` writes; it needs no network.

    Args:
        seen: the tree and what is in it.
        findings: what was found.
        document: that of :func:`.document.as_document`.
        config: what to paste into a config, as text.

    Raises:
        ValueError: jinja2 is not installed.
    """
    told = dict(document)
    total = max(1, sum(one['pixels'] for one in told['classes']))
    for key in ('mean', 'std'):
        told[key] = told[key] and ', '.join(f'{value:.1f}' for value in told[key])
    shown = [{**finding._asdict(), 'shown': list(_shown(seen, finding)), 'rest': _rest(finding)}
             for finding in findings]
    return render(Path(__file__).with_name('page.html'), {
        **told, 'root': seen.tree.root, 'why': seen.reading.why, 'findings': shown, 'config': config,
        'classes': [{**one, 'share': one['pixels'] / total} for one in told['classes']]})


def _rest(finding: Finding) -> str:
    files = ', '.join(finding.files[_SHOWN:])
    more = finding.count > len(finding.files)
    return f'Also: {files}{", ..." if more else ""}' if files else ''


def _shown(seen: Examination, finding: Finding) -> Iterator[dict]:
    """Each of the first files with its own picture and that of its partner."""
    image_of = {label: image for image, label in seen.tree.pairs.pairs}
    done = set()
    for file in finding.files[:_SHOWN]:
        image, label = (image_of.get(file), file) if file in seen.labels else (file, seen.label_of.get(file))
        if (image, label) in done:
            continue
        done.add((image, label))
        pictures = [(path, make) for path, make in ((image, _image), (label, _label)) if path]
        yield {'name': file, 'pictures': [
            {'data': data, 'alt': f'{"image" if make is _image else "label"} {path}'}
            for path, make in pictures if (data := _encoded(os.path.join(seen.tree.root, path), make))]}


def _encoded(path: str, make: Callable[[str], np.ndarray]) -> str:
    """A small picture; '' of what cannot be read."""
    with contextlib.suppress(OSError, ValueError, cv2.error):
        return embedded(make(path), _EDGE)
    return ''


def _image(path: str) -> np.ndarray:
    return as_picture(imread(path, 'unchanged'))[..., :3]


def _label(path: str) -> np.ndarray:
    """A label in colours that keep its values apart; colour masks as they are."""
    stored = imread(path, STORED, backend='pillow')
    if stored.ndim == 3:
        return np.ascontiguousarray(as_picture(stored)[..., 2::-1])
    table = np.array([(0, 0, 0), *random_palette(255)], np.uint8)
    table[255] = _IGNORED
    return table[np.nan_to_num(stored).astype(np.int64) % 256]
