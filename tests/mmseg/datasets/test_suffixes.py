"""Endings of file names: several of them, and in upper and lower case."""

import logging
import pickle

import pytest

from mmcv.utils import ConfigError
from mmseg.datasets import CustomDataset
from mmseg.datasets.img_infos import list_images
from mmseg.datasets.suffixes import Endings, Suffixes, find_endings


@pytest.fixture
def warned(caplog):
    """``warned()``: the warnings since the last call."""
    def warned():
        texts = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
        caplog.clear()
        return texts

    return warned


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return str(folder)


def listed(infos):
    return [(info['filename'], info['ann']['seg_map']) for info in infos]


def test_suffixes():
    suffixes = Suffixes(('.png', '_l.png', '.TIF'), 'img_suffix')
    assert suffixes.fit('a.PNG')
    assert suffixes.fit('a.tif')
    assert not suffixes.fit('a.jpg')
    assert suffixes.split('a_L.png') == ('a', '_L.png')
    assert suffixes.split('a.v2.Png') == ('a.v2', '.Png')
    assert sorted(['.tif', '.TIF', '.PNG', '.png'], key=suffixes.rank) == ['.png', '.PNG', '.TIF', '.tif']
    assert str(suffixes) == "'.png' or '_l.png' or '.TIF'"


@pytest.mark.parametrize('wrong', [3, None, [], ['.png', 3], {'.png': 1}])
def test_what_is_no_suffix_is_refused(wrong):
    with pytest.raises(ConfigError, match='img_suffix: an ending'):
        Suffixes(wrong, 'img_suffix')


def test_endings():
    endings = Endings(['.a', '.b', '.a'])
    assert [endings[i] for i in range(3)] == ['.a', '.b', '.a']
    assert len(pickle.dumps(Endings(['.a', '.b'] * 50_000))) < 102_000
    many = Endings([f'.{i}' for i in range(300)])
    assert many[299] == '.299'
    assert Endings('.png')[7] == '.png'


@pytest.mark.parametrize('given', [['.jpg', '.png'], ('.jpg', '.png')])
def test_several_endings_of_images(tmp_path, given, warned):
    touch(tmp_path, 'img/a.jpg', 'img/b.png', 'img/sub/c.JPG', 'ann/a.png', 'ann/b.png', 'ann/sub/c.png')
    infos = list_images(str(tmp_path / 'img'), given, str(tmp_path / 'ann'), '.png', labels_needed=True)
    assert listed(infos) == [('a.jpg', 'a.png'), ('b.png', 'b.png'), ('sub/c.JPG', 'sub/c.png')]
    assert warned() == []


def test_several_endings_of_labels(tmp_path):
    touch(tmp_path, *(f'img/{name}.jpg' for name in 'abcd'), 'ann/a.png', 'ann/b.tif', 'ann/c.TIF', 'ann/d.png',
          'ann/d.tif')
    infos = list_images(str(tmp_path / 'img'), '.jpg', str(tmp_path / 'ann'), ('.png', '.tif'), labels_needed=True)
    assert listed(infos) == [('a.jpg', 'a.png'), ('b.jpg', 'b.tif'), ('c.jpg', 'c.TIF'), ('d.jpg', 'd.png')]
    (tmp_path / 'ann/b.tif').unlink()
    with pytest.raises(ConfigError, match=r'1 of 4 labels are missing in .*: b\.png$'):
        list_images(str(tmp_path / 'img'), '.jpg', str(tmp_path / 'ann'), ('.png', '.tif'), labels_needed=True)


@pytest.mark.parametrize('split', [False, True])
@pytest.mark.parametrize('labels_needed', [False, True])
def test_either_case(tmp_path, split, labels_needed):
    touch(tmp_path, 'img/a.JPG', 'img/b.jpg', 'img/c.Jpg', 'ann/a.png', 'ann/b.PNG', 'ann/c.png')
    (tmp_path / 'split.txt').write_text('a\nb\nc\n')
    split = str(tmp_path / 'split.txt') if split else None
    infos = list_images(str(tmp_path / 'img'), '.jpg', str(tmp_path / 'ann'), '.png', split, labels_needed)
    assert listed(infos) == [('a.JPG', 'a.png'), ('b.jpg', 'b.PNG'), ('c.Jpg', 'c.png')]


def test_hundreds_in_either_case_are_found_by_listing(tmp_path):
    touch(tmp_path, *(f'img/{i:03d}.{"JPG" if i % 3 else "jpg"}' for i in range(300)))
    touch(tmp_path, *(f'ann/{i:03d}.PNG' for i in range(300)))
    infos = list_images(str(tmp_path / 'img'), '.jpg', str(tmp_path / 'ann'), '.png', labels_needed=True)
    assert listed(infos)[:2] == [('000.jpg', '000.PNG'), ('001.JPG', '001.PNG')]
    assert len(infos) == 300


def test_the_preferred_ending_counts_and_the_other_file_is_told(tmp_path, warned):
    touch(tmp_path, 'a.jpg', 'a.JPG', 'b.JPG')
    assert [info['filename'] for info in list_images(str(tmp_path), '.jpg')] == ['a.jpg', 'b.JPG']
    (warning,) = warned()
    assert warning.startswith(f'1 .jpg below {str(tmp_path)!r} are left out: ')
    touch(tmp_path, 'a.png')
    assert [info['filename'] for info in list_images(str(tmp_path), ('.png', '.jpg'))] == ['a.png', 'b.JPG']


def test_other_images_are_counted(tmp_path, warned):
    touch(tmp_path, 'a.jpg', 'b.jpeg', 'sub/c.JPEG', 'd.png', 'notes.txt', '.hidden.png')
    assert len(list_images(str(tmp_path), '.jpg')) == 1
    (warning,) = warned()
    assert warning.startswith('2 .jpeg, 1 .png below')
    assert 'img_suffix takes a list' in warning
    list_images(str(tmp_path), ('.jpg', '.jpeg', '.png'))
    assert warned() == []


def test_labels_in_the_same_folder_are_no_images(tmp_path, warned):
    folder = touch(tmp_path, 'a_img.png', 'a_label.png', 'sub/b_img.png', 'sub/b_label.png')
    assert len(list_images(folder, '_img.png', folder, '_label.png', labels_needed=True)) == 2
    assert warned() == []
    list_images(folder, '_img.png', None)
    assert warned()[0].startswith('2 .png below')


def test_nothing_that_fits(tmp_path):
    folder = touch(tmp_path, 'a.jpeg', 'b.png', 'c.png')
    with pytest.raises(ConfigError, match=r"ends in '\.jpg' or '\.tif' \(img_suffix\), there are 2 \.png, 1 \.jpeg"):
        list_images(folder, ('.jpg', '.tif'))


def test_addresses_are_not_asked():
    endings, missing = find_endings('memory://x', ['a', 'b'], Suffixes(('.png', '.tif'), 'seg_map_suffix'))
    assert (endings[1], missing) == ('.png', [])


@pytest.mark.parametrize('test_mode', [False, True])
def test_of_a_data_set(draw_tree, test_mode):
    folder = draw_tree()
    (folder / 'img/a.png').rename(folder / 'img/a.PNG')
    (folder / 'ann/b.png').rename(folder / 'ann/b.Png')
    dataset = CustomDataset(
        [{'type': 'LoadImageFromFile'}], 'img', ['.tif', '.png'], 'ann', ('.tif', '.png'), data_root=str(folder),
        classes=['x', 'y', 'z'], test_mode=test_mode)
    dataset.require_labels()
    files = [dataset.sample_files(index) for index in range(len(dataset))]
    assert [file['img'][len(str(folder)):] for file in files[:3]] == ['/img/a-1.png', '/img/a.PNG', '/img/b.png']
    assert [file['label'][len(str(folder)):] for file in files[:3]] == ['/ann/a-1.png', '/ann/a.png', '/ann/b.Png']
    assert dataset.eval_label(2).shape == (20, 24)
    assert dataset[1]['img'].shape == (20, 24, 3)
