"""Files that are not there, and what is said of why."""

import os
import unicodedata

import pytest

from mmcv.utils import ConfigError
from mmseg.datasets import CustomDataset
from mmseg.datasets.img_infos import list_images
from mmseg.datasets.missing_files import describe_link, require_files, require_folder


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return str(folder)


def test_a_dead_link_among_images(tmp_path):
    folder = touch(tmp_path, 'a.jpg')
    for name in ('b.jpg', 'sub/c.JPG', 'd.jpg', 'e.jpg'):
        os.makedirs(tmp_path / 'sub', exist_ok=True)
        os.symlink(f'/gone/{name}', tmp_path / name)
    with pytest.raises(ConfigError) as caught:
        list_images(folder, '.jpg')
    text = str(caught.value)
    assert text.startswith(f'img_dir: 4 of the links below {folder!r} lead nowhere: b.jpg, d.jpg, e.jpg, ... (')
    assert "is a dead link to '/gone/b.jpg'): mount what they lead to, or remove them" in text
    assert '\n' not in text


def test_a_dead_link_to_a_folder_is_told(tmp_path, caplog):
    folder = touch(tmp_path, 'a.jpg')
    os.symlink('/gone/city', tmp_path / 'city')
    os.symlink('/gone/notes.txt', tmp_path / 'notes.txt')
    assert len(list_images(folder, '.jpg')) == 1
    (record,) = [record for record in caplog.records if record.levelname == 'WARNING']
    assert 'lead nowhere: city (' in record.getMessage()


def test_links_that_live_count(tmp_path):
    touch(tmp_path, 'else/a.jpg', 'else/city/b.jpg', 'img/c.jpg')
    os.symlink(tmp_path / 'else/a.jpg', tmp_path / 'img/a.jpg')
    os.symlink(tmp_path / 'else/city', tmp_path / 'img/city')
    names = [info['filename'] for info in list_images(str(tmp_path / 'img'), '.jpg')]
    assert names == ['a.jpg', 'c.jpg', 'city/b.jpg']


def test_links_in_a_circle_are_not_followed(tmp_path):
    touch(tmp_path, 'img/a.jpg', 'img/sub/b.jpg')
    os.symlink('..', tmp_path / 'img/sub/up')
    os.symlink('.', tmp_path / 'img/same')
    os.symlink(tmp_path, tmp_path / 'img/above')
    names = [info['filename'] for info in list_images(str(tmp_path / 'img'), '.jpg')]
    assert names == ['a.jpg', 'sub/b.jpg']


@pytest.mark.parametrize('count', [1, 200])
def test_a_dead_link_among_labels_or_a_split(tmp_path, count):
    names = [f'{i:03d}' for i in range(count)]
    touch(tmp_path, *(f'img/{name}.jpg' for name in names), *(f'ann/{name}.png' for name in names[1:]), 'ann/more.png')
    os.symlink('/gone/0.png', tmp_path / 'ann/000.png')
    where = str(tmp_path / 'img'), '.jpg', str(tmp_path / 'ann'), '.png'
    with pytest.raises(ConfigError, match=rf"1 of {count} labels .*: 000\.png \(.* is a dead link to '/gone/0\.png'\)"):
        list_images(*where, labels_needed=True)
    (tmp_path / 'split.txt').write_text('\n'.join(names))
    (tmp_path / 'img/000.jpg').unlink()
    os.symlink('/gone/0.jpg', tmp_path / 'img/000.jpg')
    with pytest.raises(ConfigError, match=rf"1 of {count} images .*: 000\.jpg \(.* is a dead link to '/gone/0\.jpg'\)"):
        list_images(*where, str(tmp_path / 'split.txt'))


def test_a_dead_link_to_the_data(tmp_path):
    os.symlink('/gone/data', tmp_path / 'data')
    assert describe_link(str(tmp_path)) == ''
    with pytest.raises(ConfigError, match=r"data_root: there is no folder .*data' is a dead link to '/gone/data'\)"):
        CustomDataset([], 'img', data_root=str(tmp_path / 'data'), classes=['x'])
    with pytest.raises(ConfigError, match=r"img_dir: .* \('.*/data' is a dead link to '/gone/data'\): set img_dir"):
        require_folder('img_dir', str(tmp_path / 'data/img'))


@pytest.mark.parametrize(('there', 'asked', 'reason'), [
    ('IMG_1.png', 'img_1.png', r"\(there is 'IMG_1\.png', which differs in case or Unicode form\)"),
    (unicodedata.normalize('NFD', 'ü.png'), unicodedata.normalize('NFC', 'ü.png'), 'which differs in case or Unicode'),
    ('a.png', 'a.png.png', r"\(there is 'a\.png': names are listed without their ending\)"),
    ('a.tif', 'a.png', r"\(there is 'a\.tif'\)"),
    ('b.png', 'a.png', r'a\.png$'),
])
def test_what_may_be_the_reason(tmp_path, there, asked, reason):
    folder = touch(tmp_path, there)
    with pytest.raises(ConfigError, match=rf'1 of 1 images are missing in .*{reason}'):
        require_files('image', folder, [asked])


def test_a_split_with_the_separators_of_windows(tmp_path):
    touch(tmp_path, 'img/sub/a.jpg', 'img/b.jpg')
    (tmp_path / 'split.txt').write_text('sub\\a\r\nb\r\n')
    infos = list_images(str(tmp_path / 'img'), '.jpg', split=str(tmp_path / 'split.txt'))
    assert [info['filename'] for info in infos] == ['sub/a.jpg', 'b.jpg']
    touch(tmp_path, 'img/sub\\a.jpg')
    infos = list_images(str(tmp_path / 'img'), '.jpg', split=str(tmp_path / 'split.txt'))
    assert [info['filename'] for info in infos] == ['sub\\a.jpg', 'b.jpg']
