import os
import pickle

import pytest

from mmcv.utils.errors import ConfigFileNotFoundError
from mmseg.datasets.img_infos import ImgInfos, list_images, scan_files
from mmseg.datasets.missing_files import require_files
from mmseg.datasets.suffixes import Suffixes


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'')


def test_reads_like_a_list_of_dicts():
    infos = ImgInfos(['a', 'ü/b', 'c'], '.jpg', '_seg.png')
    plain = [{'filename': f'{n}.jpg', 'ann': {'seg_map': f'{n}_seg.png'}} for n in ('a', 'ü/b', 'c')]
    assert len(infos) == 3
    assert list(infos) == plain
    assert infos == plain
    assert infos != plain[:2]
    assert infos[-1] == plain[2]
    assert infos[1:] == plain[1:]
    assert infos[::-1] == plain[::-1]
    assert plain[1] in infos
    assert pickle.loads(pickle.dumps(infos)) == infos
    for index in (3, -4):
        with pytest.raises(IndexError):
            infos[index]


def test_without_labels_there_is_no_ann():
    assert ImgInfos(['a'], '.jpg', None)[0] == {'filename': 'a.jpg'}


def test_a_hundred_thousand_images_cost_little():
    names = [f'some_city/some_city_{i:06d}_000019' for i in range(100_000)]
    infos = ImgInfos(names, '_leftImg8bit.png', '_gtFine_labelTrainIds.png')
    assert len(pickle.dumps(infos)) < 60 * len(names)


def test_reading_does_not_write_to_memory():
    """A forked worker that walks the list shares its pages with the other workers."""
    infos = ImgInfos([f'folder/image_{i:07d}' for i in range(300_000)], '.jpg', '.png')
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        before = private_kilobytes()
        for _ in infos:
            pass
        os.write(write, str(private_kilobytes() - before).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    assert int(os.read(read, 100)) * 1024 < 10 * len(infos)


def private_kilobytes():
    with open('/proc/self/smaps_rollup') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('Private_Dirty'))


def test_scans_recursively_without_hidden_files(tmp_path):
    touch(tmp_path, 'a.png', 'a.txt', 'x/y/b.png', '.hidden.png', '.ipynb_checkpoints/a.png', 'dir.png/c.png')
    found = scan_files(str(tmp_path), Suffixes('.png', 'img_suffix'))
    assert sorted(found.names) == ['a.png', 'dir.png/c.png', 'x/y/b.png']


def test_order_is_that_of_the_file_names(tmp_path):
    touch(tmp_path, 'a.png', 'a-1.png', 'B.png', 'sub/a.png')
    names = [info['filename'] for info in list_images(str(tmp_path), '.png')]
    assert names == ['B.png', 'a-1.png', 'a.png', 'sub/a.png']


def test_split_keeps_its_order(tmp_path):
    touch(tmp_path, 'a.png', 'b.png', 'c.png')
    (tmp_path / 'split.txt').write_text('c\n\n  a\n')
    names = [info['filename'] for info in list_images(str(tmp_path), '.png', split=str(tmp_path / 'split.txt'))]
    assert names == ['c.png', 'a.png']


def test_only_the_end_of_a_name_is_its_suffix(tmp_path):
    touch(tmp_path, 'x.png.v2.png')
    assert list_images(str(tmp_path), '.png', str(tmp_path), '_l.png')[0]['ann'] == {'seg_map': 'x.png.v2_l.png'}


@pytest.mark.parametrize('split', [False, True])
def test_missing_labels_are_counted_and_named(tmp_path, split):
    touch(tmp_path / 'img', *(f'{i}.jpg' for i in range(9)))
    touch(tmp_path / 'ann', *(f'{i}.png' for i in range(4)))
    (tmp_path / 'split.txt').write_text('\n'.join(map(str, range(9))))
    where = str(tmp_path / 'img'), '.jpg', str(tmp_path / 'ann'), '.png', str(tmp_path / 'split.txt') if split else None
    assert len(list_images(*where)) == 9
    with pytest.raises(ValueError, match=r'5 of 9 labels are missing.*4\.png, 5\.png, 6\.png, \.\.\.$') as raised:
        list_images(*where, labels_needed=True)
    assert '\n' not in str(raised.value)


def test_errors_name_path_and_key(tmp_path):
    touch(tmp_path, 'img/a.jpg', 'split.txt')
    img = str(tmp_path / 'img')
    for key, arguments in {
        'img_dir': (str(tmp_path / 'none'), '.jpg'),
        'ann_dir': (img, '.jpg', str(tmp_path / 'none')),
        'split': (img, '.jpg', None, '.png', str(tmp_path / 'none')),
    }.items():
        with pytest.raises(ValueError, match=f"{key}: there is no .*{tmp_path / 'none'}"):
            list_images(*arguments)
    with pytest.raises(ValueError, match=f'no images.*{img}.*\\.png.*img_suffix'):
        list_images(img, '.png')
    with pytest.raises(ValueError, match=r'no images.*split\.txt'):
        list_images(img, '.jpg', split=str(tmp_path / 'split.txt'))
    (tmp_path / 'split.txt').write_text('a\nb\n')
    with pytest.raises(ValueError, match=r'1 of 2 images are missing.*b\.jpg'):
        list_images(img, '.jpg', split=str(tmp_path / 'split.txt'))


def recorded(function, calls):
    def call(path, *args, **kwargs):
        calls.append(path)
        return function(path, *args, **kwargs)

    return call


@pytest.mark.parametrize('with_split', [False, True])
@pytest.mark.parametrize('folders', [1, 3])
def test_no_file_is_asked_for_by_itself(tmp_path, monkeypatch, with_split, folders):
    """300,000 questions take minutes on a network: each folder is listed instead."""
    stems = [f'{i % folders}/{i}' for i in range(600)]
    for stem in stems:
        for path in (tmp_path / 'img' / f'{stem}.jpg', tmp_path / 'ann' / f'{stem}.png'):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    (tmp_path / 'split.txt').write_text('\n'.join(stems))
    asked, listed = [], []
    monkeypatch.setattr(os, 'stat', recorded(os.stat, asked))
    monkeypatch.setattr(os, 'lstat', recorded(os.lstat, asked))
    monkeypatch.setattr(os, 'scandir', recorded(os.scandir, listed))
    split = str(tmp_path / 'split.txt') if with_split else None
    infos = list_images(str(tmp_path / 'img'), '.jpg', str(tmp_path / 'ann'), '.png', split, labels_needed=True)
    assert len(infos) == 600
    assert len(asked) <= 10
    assert len(listed) <= 2 * (folders + 1)


def test_a_few_files_in_a_large_folder_are_asked_for(tmp_path, monkeypatch):
    for i in range(3):
        (tmp_path / f'{i}.png').touch()
    monkeypatch.setattr(os, 'scandir', None)
    require_files('image', str(tmp_path), ['0.png', '2.png'])
    with pytest.raises(ConfigFileNotFoundError, match=r'1 of 2 images are missing in .*: 3\.png'):
        require_files('image', str(tmp_path), ['0.png', '3.png'])


def test_missing_ones_are_named_in_their_order_though_folders_are_listed(tmp_path):
    for i in range(0, 300, 2):
        (tmp_path / f'{i}.png').touch()
    message = r'150 of 300 labels are missing in .*: 1\.png, 3\.png, 5\.png, \.\.\.$'
    with pytest.raises(ConfigFileNotFoundError, match=message):
        require_files('label', str(tmp_path), [f'{i}.png' for i in range(300)])
