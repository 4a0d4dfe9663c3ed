"""What is taken for what: exact counts, a picture, and one line for label maps that do not fit."""

import csv

import cv2
import numpy as np
import pytest

import mmcv
from mmseg.confusion.plot import shares, worst_pairs

NAMES = ['sky', 'road', 'car']


@pytest.fixture
def predicted(tmp_path):
    """Two images with labels, a config of them, and label maps in which one road in four is a car."""
    for kind in ('img', 'ann'):
        (tmp_path / kind).mkdir()
    label = np.zeros((4, 8), np.uint8)
    label[2:] = 1
    label[0, 0] = 255
    maps = []
    for i in range(2):
        cv2.imwrite(str(tmp_path / 'img' / f'{i}.png'), np.zeros((4, 8, 3), np.uint8))
        cv2.imwrite(str(tmp_path / 'ann' / f'{i}.png'), label)
        seen = np.where(label == 255, 0, label).astype(np.int64)
        seen[2, :4] = 2
        maps.append(seen)
    (tmp_path / 'cfg.py').write_text(f"""
model = dict(type='EncoderDecoder')
data = dict(samples_per_gpu=1, workers_per_gpu=0, test=dict(
    type='CustomDataset', img_dir='img', ann_dir='ann', img_suffix='.png', classes={NAMES},
    pipeline=[dict(type='LoadImageFromFile')]))
""")
    return maps


@pytest.mark.parametrize('suffix', ['.pkl', '.npz'])
def test_counts_and_picture(suffix, predicted, tmp_path, call_tool):
    pytest.importorskip('matplotlib')
    named = {f'{i}.png': one for i, one in enumerate(predicted)}
    mmcv.dump(predicted if suffix == '.pkl' else named, str(tmp_path / f'results{suffix}'))
    done = call_tool('confusion_matrix', 'cfg.py', f'results{suffix}', 'out', '--color-theme', 'viridis', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'road: 25.0 % are taken for car (8 pixels)' in done.stdout
    with open(tmp_path / 'out' / 'confusion_matrix.csv', newline='') as file:
        rows = list(csv.reader(file))
    assert rows == [['label \\ prediction', *NAMES], ['sky', '30', '0', '0'], ['road', '0', '24', '8'],
                    ['car', '0', '0', '0']]
    assert cv2.imread(str(tmp_path / 'out' / 'confusion_matrix.png')).std() > 5


@pytest.mark.parametrize(('content', 'message'), [
    (None, 'there is no such file: python tools/test.py CONFIG CHECKPOINT --out'),
    ([np.zeros((4, 8), int)], 'holds 1 label maps, the data set has 2 images'),
    ([(1, 2)], 'holds no label maps but tuple: write it by python tools/test.py --out, without --eval'),
    ([np.zeros((2, 2), int)] * 2, 'a label map of shape (2, 2) cannot be compared with a label of shape (4, 8)'),
])
def test_what_does_not_fit_is_one_line(content, message, predicted, tmp_path, call_tool):
    pytest.importorskip('matplotlib')
    if content is not None:
        mmcv.dump(content, str(tmp_path / 'results.pkl'))
    done = call_tool('confusion_matrix', 'cfg.py', 'results.pkl', 'out', cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]


def test_an_unknown_colour_map_is_one_line(predicted, tmp_path, call_tool):
    pytest.importorskip('matplotlib')
    mmcv.dump(predicted, str(tmp_path / 'results.pkl'))
    done = call_tool('confusion_matrix', 'cfg.py', 'results.pkl', 'out', '--color-theme', 'x', cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[-1][:46]) == (2, 'error: --color-theme x: matplotlib has no such')


def test_shares_of_a_class_that_never_occurs_are_unknown():
    matrix = np.array([[3, 1], [0, 0]])
    assert np.isnan(shares(matrix)[1]).all()
    assert worst_pairs(matrix, ['a', 'b']) == [('a', 'b', 25.0, 1)]


def test_the_picture_of_many_classes_stays_small():
    pytest.importorskip('matplotlib')
    from mmseg.confusion import draw_confusion

    figure = draw_confusion(np.eye(150, dtype=np.int64), [f'class {i}' for i in range(150)])
    assert max(figure.get_size_inches() * figure.dpi) < 6000
