"""The decoded cache under real faults: cut off, damaged, stale, raced for, killed, and nowhere to write."""
import contextlib
import os
import resource
import shutil
import signal
import sys
import time
import warnings
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mmcv.image import imread
from mmcv.utils import ConfigError
from mmseg.datasets import CustomDataset, build_dataloader
from mmseg.datasets.cache import DiskCache, Image, read_entry


@pytest.fixture
def picture(tmp_path):
    """A file of noise, and how to read it."""
    path = tmp_path / 'a.png'
    draw(path, 0)
    return Image(str(path), 'color', 'cv2')


def draw(path, seed):
    PillowImage.fromarray(np.random.RandomState(seed).randint(0, 256, (31, 47, 3)).astype(np.uint8)).save(path)


def entries(cache):
    return [path for path in Path(cache.dir).rglob('*') if path.is_file()]


def decoded(monkeypatch, cache, image):
    """The image from the cache, and whether the file had to be decoded."""
    calls = []

    def counting(*args, **kwargs):
        calls.append(args)
        return imread(*args, **kwargs)

    monkeypatch.setattr('mmseg.datasets.cache.imread', counting)
    return cache.imread(*image), bool(calls)


def test_what_was_decoded_once_is_mapped(tmp_path, picture, monkeypatch):
    cache, expected = DiskCache(str(tmp_path / 'cache')), imread(picture.path)
    for new in (True, False, False):
        img, was_decoded = decoded(monkeypatch, cache, picture)
        np.testing.assert_array_equal(img, expected)
        assert was_decoded == new
    img[:] = 0  # a transform may work in place: nothing of that reaches the file
    np.testing.assert_array_equal(cache.imread(*picture), expected)
    assert len(entries(cache)) == 1


@pytest.mark.parametrize('array', [
    np.arange(35, dtype=np.uint8).reshape(5, 7), np.arange(35, dtype=np.uint16).reshape(5, 7) * 1000])
def test_any_type_and_shape(tmp_path, array):
    PillowImage.fromarray(array).save(tmp_path / 'label.png')
    cache = DiskCache(str(tmp_path / 'cache'))
    for _ in range(2):
        img = cache.imread(str(tmp_path / 'label.png'), 'unchanged', 'pillow')
        np.testing.assert_array_equal(img, array)
        assert img.dtype == array.dtype


@pytest.mark.parametrize('name', ['a b.png', 'ü.png', 'x\ny.png', os.fsdecode(b'\xff.png')])
def test_any_name_of_a_file(tmp_path, monkeypatch, name):
    cache, image = DiskCache(str(tmp_path / 'cache')), Image(str(tmp_path / name), 'color', 'cv2')
    draw(tmp_path / 'plain.png', 0)
    os.rename(tmp_path / 'plain.png', image.path)
    cache.fill([image], 1)
    img, was_decoded = decoded(monkeypatch, cache, image)
    np.testing.assert_array_equal(img, imread(image.path))
    assert not was_decoded


def test_each_way_to_decode_has_an_entry_of_its_own(tmp_path, picture):
    cache = DiskCache(str(tmp_path / 'cache'))
    assert cache.imread(*picture).shape == (31, 47, 3)
    assert cache.imread(picture.path, 'grayscale', 'cv2').shape == (31, 47)
    assert cache.imread(picture.path, 'color', 'pillow').shape == (31, 47, 3)
    assert len(entries(cache)) == 3


def cut_off(path):
    os.truncate(path, path.stat().st_size - 1)


def cut_off_in_the_head(path):
    os.truncate(path, 50)


def empty(path):
    os.truncate(path, 0)


def damage_a_pixel(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def damage_the_head(path):
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)


def lose_a_block(path):
    """As a file system may after a power cut: the length is right, but a block was never written."""
    content = bytearray(path.read_bytes())
    content[4096:4608] = bytes(512)
    path.write_bytes(content)


@pytest.mark.parametrize('fault', [cut_off, cut_off_in_the_head, empty, damage_a_pixel, damage_the_head, lose_a_block])
def test_a_damaged_entry_is_replaced(tmp_path, picture, monkeypatch, fault):
    cache, expected = DiskCache(str(tmp_path / 'cache')), imread(picture.path)
    cache.imread(*picture)
    fault(*entries(cache))
    img, was_decoded = decoded(monkeypatch, cache, picture)
    np.testing.assert_array_equal(img, expected)
    assert was_decoded
    assert not decoded(monkeypatch, cache, picture)[1]


def test_a_source_of_another_time_or_size_is_decoded_anew(tmp_path, picture, monkeypatch):
    cache = DiskCache(str(tmp_path / 'cache'))
    cache.imread(*picture)
    before = os.stat(picture.path)
    draw(picture.path, 1)  # noise does not compress: the size may be the same
    os.utime(picture.path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    img, was_decoded = decoded(monkeypatch, cache, picture)
    assert was_decoded
    np.testing.assert_array_equal(img, imread(picture.path))
    with open(picture.path, 'ab') as file:
        file.write(b'\0')
    os.utime(picture.path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert decoded(monkeypatch, cache, picture)[1]
    assert len(entries(cache)) == 1


def test_another_version_of_the_decoder_counts_as_another_decoder(tmp_path, picture, monkeypatch):
    cache = DiskCache(str(tmp_path / 'cache'))
    cache.imread(*picture)
    monkeypatch.setitem(sys.modules['mmseg.datasets.cache']._DECODERS, 'cv2', 'cv2 99')
    assert decoded(monkeypatch, cache, picture)[1]


def test_a_missing_source_is_missing_though_its_entry_is_there(tmp_path, picture):
    cache = DiskCache(str(tmp_path / 'cache'))
    cache.imread(*picture)
    os.unlink(picture.path)
    with pytest.raises(FileNotFoundError, match=r'a\.png'):
        cache.imread(*picture)


def start(work):
    """A process of its own that does this."""
    process = get_context('fork').Process(target=work)
    process.start()
    return process


def draw_many(folder, count):
    paths = [str(folder / f'{i}.png') for i in range(count)]
    for i, path in enumerate(paths):
        draw(path, i)
    return paths


def test_two_processes_that_fill_it_at_once_both_succeed(tmp_path):
    paths = draw_many(tmp_path, 60)
    images = [Image(path, 'color', 'cv2') for path in paths]
    processes = [start(lambda: DiskCache(str(tmp_path / 'cache')).fill(images)) for _ in range(2)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    cache = DiskCache(str(tmp_path / 'cache'))
    assert len(entries(cache)) == 60
    for path in paths:
        np.testing.assert_array_equal(cache.imread(path, 'color', 'cv2'), imread(path))


def test_killed_at_any_moment_it_leaves_whole_entries_or_none(tmp_path, monkeypatch):
    """SIGKILL while one process writes the same entries over and over."""
    paths = draw_many(tmp_path, 5)

    def write_forever():
        cache = DiskCache(str(tmp_path / 'cache'))
        while True:
            for path in paths:
                cache.imread(path, 'color', 'cv2')
            shutil.rmtree(cache.dir, ignore_errors=True)

    seen = 0
    for delay in (0.1, 0.13, 0.171, 0.2):
        process = start(write_forever)
        time.sleep(delay)
        process.kill()
        process.join()
        cache = DiskCache(str(tmp_path / 'cache'))
        seen += len(entries(cache))
        for path in paths:
            np.testing.assert_array_equal(cache.imread(path, 'color', 'cv2'), imread(path))
        assert not any(decoded(monkeypatch, cache, Image(path, 'color', 'cv2'))[1] for path in paths)
    assert seen


def test_unfinished_files_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path, picture):
    cache = DiskCache(str(tmp_path / 'cache'))
    cache.fill([picture])
    folder = entries(cache)[0].parent
    (folder / '.old').write_bytes(b'x')
    (folder / '.new').write_bytes(b'x')
    os.utime(folder / '.old', (0, 0))
    cache.fill([picture])
    assert not (folder / '.old').exists()
    assert (folder / '.new').exists()


def test_an_unfinished_file_that_cannot_be_removed_stays(tmp_path, picture):
    cache = DiskCache(str(tmp_path / 'cache'))
    cache.fill([picture])
    stuck = entries(cache)[0].parent / '.old'
    stuck.mkdir()  # what unlink() refuses, as it does in a folder that may only be read
    os.utime(stuck, (0, 0))
    assert cache._names() == {entries(cache)[0].name}
    assert stuck.exists()


def test_a_decoding_process_that_is_killed_is_one_line(tmp_path, monkeypatch):
    """As for want of memory; what waits for it for ever would be stopped by nobody."""
    images = [Image(path, 'color', 'cv2') for path in draw_many(tmp_path, 20)]
    cache = DiskCache(str(tmp_path / 'cache'))

    def killed_at_the_last(path, *args, **kwargs):
        if path == images[-1].path:
            os.kill(os.getpid(), signal.SIGKILL)
        return imread(path, *args, **kwargs)

    monkeypatch.setattr('mmseg.datasets.cache.imread', killed_at_the_last)
    with stopped_after(30), pytest.raises(ConfigError, match=r'^cache: a process that decodes was killed[^\n]*$'):
        cache.fill(images, 2)
    monkeypatch.undo()
    cache.fill(images, 2)
    assert len(entries(cache)) == 20


def test_processes_that_decode_end_with_their_killed_parent(tmp_path, monkeypatch):
    images = [Image(path, 'color', 'cv2') for path in draw_many(tmp_path, 20)]
    read, write = os.pipe()  # at its end when all who hold it are

    def slow_imread(*args, **kwargs):
        os.write(write, b'x')
        time.sleep(0.1)
        return imread(*args, **kwargs)

    monkeypatch.setattr('mmseg.datasets.cache.imread', slow_imread)
    process = start(lambda: DiskCache(str(tmp_path / 'cache')).fill(images, 2))
    os.close(write)
    os.read(read, 1)
    process.kill()
    process.join()
    with stopped_after(30), open(read, 'rb') as pipe:
        pipe.read()


@contextlib.contextmanager
def stopped_after(seconds):
    """What hangs fails."""
    def stop(*_):
        raise TimeoutError

    handler = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)


def test_a_folder_that_cannot_be_written_to_is_one_line_when_it_is_filled(tmp_path, picture):
    (tmp_path / 'file').write_text('')
    cache = DiskCache(str(tmp_path / 'file' / 'cache'))
    for workers in (0, 1):
        with pytest.raises(ConfigError, match=r"^cache: cannot write to '.*/cache': Not a directory: set cache.dir"):
            cache.fill([picture], workers)


def test_a_folder_that_cannot_be_written_to_is_done_without_while_training(tmp_path, picture):
    (tmp_path / 'file').write_text('')
    cache = DiskCache(str(tmp_path / 'file' / 'cache'))
    with pytest.warns(UserWarning, match=r'cache: cannot write .*decoded every time$'):
        first = cache.imread(*picture)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        second = cache.imread(*picture)
    np.testing.assert_array_equal(first, second)


def test_a_full_disk_is_one_line_and_leaves_nothing_behind(tmp_path, picture):
    """No file may grow beyond 4 kB: what a write meets is an error in the middle of an entry, as on a full disk."""
    cache = DiskCache(str(tmp_path / 'cache'))
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4100, limits[1]))
    try:
        with pytest.raises(ConfigError, match=r'^cache: cannot write to .*: File too large: set cache.dir to a folder'):
            cache.fill([picture])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert entries(cache) == []


def data_set(tree, pipeline, **kwargs):
    folders = {'img_dir': 'img', 'img_suffix': '.png', 'ann_dir': 'ann', 'data_root': str(tree)}
    return CustomDataset(pipeline, **folders, classes=('x', 'y', 'z'), palette=[[0] * 3] * 3, **kwargs)


def test_a_data_set_gives_the_same_samples_with_and_without(draw_tree, train_pipeline, monkeypatch, capsys):
    tree = draw_tree()
    plain, cached = (data_set(tree, train_pipeline, cache=cache) for cache in (None, {'type': 'disk'}))
    build_dataloader(cached, 2, 2, seed=0)
    assert '10/10' in capsys.readouterr().out
    assert len(entries(cached.cache)) == 2 * len(cached) == 10
    assert cached.cache.dir == str(tree / '.decoded')
    monkeypatch.setattr('mmseg.datasets.cache.imread', None)  # whatever decodes now fails
    for index in range(len(plain)):
        samples = []
        for dataset in (plain, cached):
            np.random.seed(index)
            samples.append(dataset[index])
        np.testing.assert_array_equal(samples[0]['img'], samples[1]['img'])
        np.testing.assert_array_equal(samples[0]['gt_semantic_seg'], samples[1]['gt_semantic_seg'])
        np.testing.assert_array_equal(plain.eval_label(index), cached.eval_label(index))


def test_labels_are_renamed_behind_the_cache(draw_tree, train_pipeline, tmp_path):
    """One cache serves data sets that read the same files differently."""
    tree, cache = draw_tree(values=(1, 2, 3)), {'type': 'disk', 'dir': str(tmp_path / 'shared')}
    pipeline = [{**t, 'reduce_zero_label': True} if t['type'] == 'LoadAnnotations' else t for t in train_pipeline]
    reduced = data_set(tree, pipeline, cache=cache, reduce_zero_label=True)
    as_they_are = data_set(tree, train_pipeline, cache=cache)
    for dataset, values in ((reduced, [0, 1, 2, 255]), (as_they_are, [1, 2, 3, 255])):
        assert np.unique([sample['gt_semantic_seg'] for sample in dataset]).tolist() == values
    assert len(entries(reduced.cache)) == 10


def test_a_test_set_fills_it_with_images_and_labels(draw_tree, tmp_path):
    pipeline = [{'type': 'LoadImageFromFile'}, {'type': 'ImageToTensor', 'keys': ['img']}]
    dataset = data_set(draw_tree(), pipeline, test_mode=True, cache={'type': 'disk', 'dir': str(tmp_path / 'c')})
    build_dataloader(dataset, 1, 0, shuffle=False)
    assert len(entries(dataset.cache)) == 10


def test_a_file_that_cannot_be_decoded_is_left_to_the_loader(draw_tree, train_pipeline):
    tree = draw_tree()
    (tree / 'img' / 'a.png').write_bytes(b'no image')
    dataset = data_set(tree, train_pipeline, cache={'type': 'disk'})
    build_dataloader(dataset, 1, 0)
    assert len(entries(dataset.cache)) == 9
    index = [info['filename'] for info in dataset.img_infos].index('a.png')
    with pytest.raises(ValueError, match=r'img/a\.png: damaged image'):
        dataset[index]


@pytest.mark.parametrize('cache', [
    {'type': 'memory'}, {'dir': 'x'}, {'type': 'disk', 'folder': 'x'}, {'type': 'disk', 'dir': 3}, True, 'disk'])
def test_what_is_no_cache(draw_tree, train_pipeline, cache):
    with pytest.raises(ConfigError, match=r"^cache: use dict\(type='disk', dir=\.\.\.\), not [{T']"):
        data_set(draw_tree(), train_pipeline, cache=cache)


def test_a_folder_behind_an_address(draw_tree, train_pipeline):
    with pytest.raises(ConfigError, match=r"^cache: dir 's3://bucket' is an address: [^\n]+$"):
        data_set(draw_tree(), train_pipeline, cache={'type': 'disk', 'dir': 's3://bucket'})


def test_an_entry_is_not_taken_for_another(tmp_path, picture):
    cache = DiskCache(str(tmp_path / 'cache'))
    cache.imread(*picture)
    entry, = entries(cache)
    assert read_entry(str(entry), {'path': 'another'}) is None
