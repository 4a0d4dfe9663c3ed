"""Text files of names, as every system and editor writes them."""

import pytest

from mmcv.utils import ConfigError
from mmseg.conversion.sources import read_lines
from mmseg.datasets import CustomDataset
from mmseg.datasets.classes import read_classes
from mmseg.datasets.name_list import read_names

NAMES = ['straße', 'b c', '道路']


@pytest.fixture
def write(tmp_path):
    def write(content):
        (tmp_path / 'names.txt').write_bytes(content)
        return str(tmp_path / 'names.txt')

    return write


@pytest.mark.parametrize('end', ['\n', '\r\n', '\r'])
@pytest.mark.parametrize('codec', ['utf-8', 'utf-8-sig'])
@pytest.mark.parametrize('last', [True, False])
def test_utf_8(write, end, codec, last):
    text = end.join(NAMES) + (end if last else '')
    assert read_names(write(text.encode(codec)), 'split') == NAMES


def test_blank_lines_and_what_is_around_names_do_not_count(write):
    text = '\ufeff\n  a \t\n\n\ufeffb\n\u200bc\u200b\n \u00a0\n'
    assert read_names(write(text.encode()), 'split') == ['a', 'b', 'c']


def test_only_line_ends_end_lines(write):
    """As they do not for the file system either."""
    assert read_names(write('a\x0bb\x85c\u2028d\n'.encode()), 'split') == ['a\x0bb\x85c\u2028d']


@pytest.mark.parametrize('codec', ['utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le'])
def test_wide_encodings_are_refused(write, codec):
    with pytest.raises(ConfigError, match=r"split: '.*names\.txt' is UTF-(16|32).*: save it as UTF-8") as caught:
        read_names(write('a\nb\n'.encode(codec)), 'split')
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('codec', ['latin-1', 'cp1252', 'gbk', 'shift-jis'])
def test_other_encodings_are_refused_with_the_line(write, codec):
    word = {'gbk': '道路', 'shift-jis': '道路'}.get(codec, 'straße')
    path = write(f'a\r\nb\r\n{word}\r\nc'.encode(codec))
    with pytest.raises(ConfigError, match=r"classes: '.*names\.txt', line 3: .* is not UTF-8 .*: save") as caught:
        read_names(path, 'classes')
    assert '\n' not in str(caught.value)


def test_lists_of_the_converters(tmp_path):
    (tmp_path / 'list.txt').write_bytes('\ufeffa\r\nb'.encode())
    assert read_lines(tmp_path / 'list.txt') == ['a', 'b']
    (tmp_path / 'list.txt').write_bytes('a\nß'.encode('latin-1'))
    with pytest.raises(ConfigError, match=rf"{tmp_path / 'list.txt'}, line 2: .* is not UTF-8"):
        read_lines(tmp_path / 'list.txt')


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"split: there is no file '.*none\.txt'"):
        read_names(str(tmp_path / 'none.txt'), 'split')
    with pytest.raises(ConfigError, match=r'split: .* cannot be read: Is a directory'):
        read_names(str(tmp_path), 'split')


def test_split_and_classes_of_a_data_set(draw_tree, write):
    folder = draw_tree()
    (folder / 'split.txt').write_bytes('\ufeffa\r\nsub/z\r\n'.encode())
    classes = write('\ufeffx\r\ny\r\nz\r\n'.encode())
    dataset = CustomDataset([], 'img', '.png', 'ann', data_root=str(folder), split='split.txt', classes=classes)
    assert [info['filename'] for info in dataset.img_infos] == ['a.png', 'sub/z.png']
    assert dataset.CLASSES == ['x', 'y', 'z']
    with pytest.raises(ConfigError, match='names none'):
        read_classes(write(b'\xef\xbb\xbf\n'))
