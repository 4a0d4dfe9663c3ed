"""Samples as files and as a page: augmented, with their labels over them, each image once."""

import cv2
import numpy as np
import pytest
from browser import opened

from mmseg.assembly.load import load_config
from mmseg.browse import as_trained
from mmseg.browse.samples import training_set
from mmseg.evaluation.visualization import draw_over


def test_files_by_the_names_of_the_images(call_tool, demo_config, tmp_path):
    done = call_tool('browse_dataset', demo_config, '--output-dir', 'out', '--times', 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / 'out').iterdir())
    assert len(names) == 8
    assert sum(name.endswith('_leftImg8bit.png') for name in names) == 4
    assert sum(name.endswith('_leftImg8bit_2.png') for name in names) == 4
    assert {cv2.imread(str(path)).shape for path in (tmp_path / 'out').iterdir()} == {(64, 128, 3)}


def test_what_is_augmented_is_drawn_anew_each_time_and_again_by_the_seed(demo_config):
    dataset = training_set(load_config(str(demo_config)))
    (one, other), = as_trained(dataset, count=1, times=2)
    (again, _), = as_trained(dataset, count=1, times=2)
    assert not np.array_equal(one.img, other.img)
    assert np.array_equal(one.img, again.img)
    assert one.img.dtype == np.uint8


def test_as_the_files_are(demo_config):
    (shown,), = as_trained(training_set(load_config(str(demo_config)), origin=True), count=1)
    assert np.array_equal(shown.img, cv2.imread(shown.file))
    assert shown.label.shape == shown.img.shape[:2]


def test_a_data_set_that_repeats_its_images_is_gone_through_once(demo_config):
    cfg = load_config(str(demo_config))
    cfg.data.train = dict(type='RepeatDataset', times=10**9, dataset=cfg.data.train)
    assert [turns[0].index for turns in as_trained(training_set(cfg))] == [0, 1, 2, 3]


def test_pixels_without_a_class_stay_as_they_are():
    img = np.full((1, 3, 3), 100, np.uint8)
    drawn = draw_over(img, np.array([[0, 255, 1]]), [[200, 0, 0], [0, 0, 200]], 0.5)
    assert drawn.tolist() == [[[50, 50, 150], [100, 100, 100], [150, 50, 50]]]


def test_a_page(call_tool, demo_config, tmp_path):
    pytest.importorskip('jinja2')
    done = call_tool('browse_dataset', demo_config, '--page', 'samples.html', '--count', 3, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / 'samples.html').read_text()
    assert page.count('<figure>') == 3
    assert page.count('alt="') == page.count('<img ') == 3
    assert 'http' not in page
    assert '</span>road</li>' in page


@pytest.mark.parametrize(('option', 'message'), [
    (['--opacity', '0'], '--opacity is 0.0: use more than 0 and at most 1'),
    (['--count', '-1'], '--count is -1: it must be positive'),
])
def test_wrong_numbers_are_one_line(option, message, call_tool, demo_config, tmp_path):
    done = call_tool('browse_dataset', demo_config, *option, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f'error: {message}\n')


def test_the_page_in_a_browser(call_tool, demo_config, tmp_path):
    with opened() as page:
        call_tool('browse_dataset', demo_config, '--page', 'samples.html', '--times', 2, cwd=tmp_path)
        page.open(tmp_path / 'samples.html')
        page.look_through(tmp_path / 'samples.html')
