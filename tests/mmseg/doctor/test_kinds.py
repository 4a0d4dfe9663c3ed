"""Each kind of damage on a sound tree is found by its name, with its files, and no other error is."""

import io
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

from mmseg.doctor import KINDS, examine, find_all
from mmseg.trees.class_names import given_class_names
from mmseg.trees.tree import read_tree

SPLITS = [f'{split}/{split}{number:03}' for split in ('train', 'val') for number in range(6)]
DAMAGES = {}


def damage(kind, **options):
    """Register a function that does the damage and returns the paths of the files it did it to."""
    def register(function):
        DAMAGES[f'{kind}, {function.__name__}'] = kind, function, options
        return function
    return register


@damage('image-without-label')
def label_lost(tree):
    tree.label(2).unlink()
    return [tree.pairs[2][0]]


@damage('label-without-image')
def image_lost(tree):
    tree.image(2).unlink()
    return [tree.pairs[2][1]]


@damage('size-mismatch')
def larger(tree):
    tree.write(1, cv2.resize(tree.read(1), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST))
    return tree.pairs[1]


@damage('size-mismatch')
def swapped(tree):
    tree.write(1, np.ascontiguousarray(tree.read(1).T))
    return tree.pairs[1]


@damage('unreadable')
def empty(tree):
    tree.label(3).write_bytes(b'')
    return [tree.pairs[3][1]]


@damage('unreadable')
def image_cut_off(tree):
    content = tree.image(3).read_bytes()
    tree.image(3).write_bytes(content[:len(content) // 2])
    return [tree.pairs[3][0]]


@damage('unreadable', image='images/{}.jpg')
def jpeg_cut_off(tree):
    content = tree.image(3).read_bytes()
    tree.image(3).write_bytes(content[:len(content) // 2])
    return [tree.pairs[3][0]]


@damage('unreadable', image='images/{}.jpg')
def jpeg_cut_off_and_closed(tree):
    content = tree.image(3).read_bytes()
    tree.image(3).write_bytes(content[:len(content) // 2] + b'\xff\xd9')
    return [tree.pairs[3][0]]


@damage('unreadable')
def bytes_flipped(tree):
    content = bytearray(tree.label(3).read_bytes())
    content[-30] ^= 255
    tree.label(3).write_bytes(content)
    return [tree.pairs[3][1]]


@damage('unreadable', image='images/{}.jpg')
def png_called_jpg(tree):
    image = Image.open(tree.image(4))
    image.save(tree.image(4), 'PNG')
    return [tree.pairs[4][0]]


@damage('unreadable')
def text(tree):
    tree.image(4).write_text('404 not found')
    return [tree.pairs[4][0]]


@damage('exif-rotation', image='images/{}.jpg')
def quarter_turn(tree):
    image = Image.open(tree.image(0))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tree.image(0), exif=exif, quality=95)
    return [tree.pairs[0][0]]


@damage('exif-rotation', image='images/{}.jpg')
def half_turn(tree):
    image = Image.open(tree.image(0))
    exif = Image.Exif()
    exif[0x0112] = 3
    image.save(tree.image(0), exif=exif, quality=95)
    return [tree.pairs[0][0]]


@damage('exif-rotation', image='images/{}.tif')
def quarter_turn_of_a_tiff(tree):
    image = Image.open(tree.image(0))
    image.load()
    image.save(tree.image(0), tiffinfo={0x0112: 6})
    return [tree.pairs[0][0]]


def colours_of(tree, index, channels='RGB'):
    return np.array(Image.open(tree.label(index)).convert(channels))


@damage('colour-mask', palette=True)
def one_in_colours(tree):
    tree.write(5, colours_of(tree, 5))
    return [tree.pairs[5][1]]


@damage('colour-mask', palette=True)
def all_in_colours(tree):
    for index in range(len(tree.pairs)):
        tree.write(index, colours_of(tree, index))
    return [label for _, label in tree.pairs]


@damage('colour-mask', palette=True, names='abc')
def all_in_colours_with_names(tree):
    return all_in_colours(tree)


@damage('colour-mask')
def grey_in_three_channels(tree):
    tree.write(5, colours_of(tree, 5))
    return [tree.pairs[5][1]]


@damage('binary-255', classes=2)
def all_white(tree):
    for index in range(len(tree.pairs)):
        tree.write(index, np.where(tree.read(index) == 1, 255, 0).astype(np.uint8))
    return [label for _, label in tree.pairs]


@damage('binary-255', classes=2)
def some_white(tree):
    tree.write(1, np.where(tree.read(1) == 1, 255, 0).astype(np.uint8))
    for index in range(len(tree.pairs)):
        values = tree.read(index)
        tree.write(index, values if index == 1 else np.where(values == 255, 0, values).astype(np.uint8))
    return [tree.pairs[1][1]]


@damage('wide-label')
def sixteen_bits(tree):
    tree.write(2, tree.read(2).astype(np.uint16))
    return [tree.pairs[2][1]]


@damage('wide-label')
def sixteen_bits_stretched(tree):
    tree.write(2, tree.read(2).astype(np.uint16) * 257)
    return [tree.pairs[2][1]]


@damage('wide-label', label='masks/{}.tif')
def fractions(tree):
    Image.fromarray(tree.read(2).astype(np.float32) / 3).save(tree.label(2))
    return [tree.pairs[2][1]]


@damage('alpha-label', palette=True)
def coloured_with_alpha(tree):
    tree.write(2, colours_of(tree, 2, 'RGBA'))
    return [tree.pairs[2][1]]


@damage('alpha-label')
def grey_with_alpha(tree):
    Image.fromarray(tree.read(2)).convert('LA').save(tree.label(2))
    return [tree.pairs[2][1]]


@damage('palette-differs', palette=True)
def permuted(tree):
    image = Image.open(tree.label(7))
    flat = np.array(image.getpalette()).reshape(-1, 3)
    flat[[1, 2]] = flat[[2, 1]]
    image.putpalette(flat.astype(np.uint8).tobytes())
    image.save(tree.label(7))
    return [tree.pairs[7][1]]


@damage('palette-differs', palette=True)
def other_colours(tree):
    image = Image.open(tree.label(7))
    image.putpalette(np.arange(768).astype(np.uint8).tobytes())
    image.save(tree.label(7))
    return [tree.pairs[7][1]]


@damage('label-out-of-range')
def far_from_all(tree):
    values = tree.read(3)
    values[10:14, 10:14] = 77
    tree.write(3, values)
    return [tree.pairs[3][1]]


@damage('label-out-of-range')
def far_from_all_in_several(tree):
    for index in (3, 8):
        values = tree.read(index)
        values[10:14, 10:14] = 117
        tree.write(index, values)
    return [tree.pairs[3][1], tree.pairs[8][1]]


@damage('label-out-of-range', names='abc')
def beyond_the_names(tree):
    values = tree.read(3)
    values[10:14, 10:14] = 3
    tree.write(3, values)
    return [tree.pairs[3][1]]


@damage('label-out-of-range')
def a_picture_for_a_label(tree):
    tree.write(3, np.random.default_rng(0).integers(0, 256, tree.read(3).shape).astype(np.uint8))
    return [tree.pairs[3][1]]


@damage('label-out-of-range', label='masks/{}.tif')
def negative(tree):
    values = tree.read(3).astype(np.int32)
    values[10:14, 10:14] = -5
    tree.write(3, values)
    return [tree.pairs[3][1]]


@damage('one-based-labels', first=1)
def zero_never(tree):
    return [label for _, label in tree.pairs]


@damage('one-based-labels', first=1, names='abc')
def zero_for_void(tree):
    for index in range(len(tree.pairs)):
        tree.write(index, np.where(tree.read(index) == 255, 0, tree.read(index)).astype(np.uint8))
    return [label for _, label in tree.pairs]


@damage('empty-label')
def all_ignored(tree):
    tree.write(1, np.full_like(tree.read(1), 255))
    return [tree.pairs[1][1]]


@damage('empty-label', classes=2)
def all_ignored_where_nothing_else_is(tree):
    for index in range(len(tree.pairs)):
        tree.write(index, np.where(tree.read(index) == 255, 0, tree.read(index)).astype(np.uint8))
    tree.write(1, np.full_like(tree.read(1), 255))
    return [tree.pairs[1][1]]


@damage('empty-label')
def all_background(tree):
    tree.write(1, np.zeros_like(tree.read(1)))
    return [tree.pairs[1][1]]


@damage('rare-class', classes=3)
def four_pixels(tree):
    for index in (2, 8):
        values = tree.read(index)
        values[20:22, 20:22] = 3
        tree.write(index, values)
    return [tree.pairs[2][1], tree.pairs[8][1]]


@damage('missing-class')
def in_one_split(tree):
    found = []
    for index, (_, label) in enumerate(tree.pairs):
        if '/val/' in label:
            tree.write(index, np.where(tree.read(index) == 2, 0, tree.read(index)).astype(np.uint8))
        else:
            found.append(label)
    return found


@damage('missing-class', names='abcd')
def a_name_without_a_pixel(tree):
    return ['classes.txt']


@damage('interpolated-label')
def resized(tree):
    values = np.where(tree.read(4) == 1, 9, tree.read(4)).astype(np.uint8)
    for index in range(len(tree.pairs)):
        tree.write(index, np.where(tree.read(index) == 1, 9, tree.read(index)).astype(np.uint8))
    small = cv2.resize(values, None, fx=0.5, fy=0.5)
    tree.write(4, cv2.resize(small, values.shape[::-1], interpolation=cv2.INTER_LINEAR))
    return [tree.pairs[4][1]]


@damage('interpolated-label')
def blurred(tree):
    tree.write(4, cv2.GaussianBlur(tree.read(4) * 40, (5, 5), 0))
    return [tree.pairs[4][1]]


@damage('interpolated-label')
def blurred_with_a_band_of_two_pixels(tree):
    for index in range(len(tree.pairs)):
        tree.write(index, np.where(tree.read(index) == 2, 0, tree.read(index)).astype(np.uint8))
        values = tree.read(index)
        values[8:24, 30:50], values[24:40, 4:12] = 2, 1
        tree.write(index, values)
    tree.write(4, cv2.GaussianBlur(np.where(tree.read(4) == 255, 0, tree.read(4)).astype(np.uint8), (5, 5), 0))
    return [tree.pairs[4][1]]


@damage('interpolated-label')
def halved_and_doubled_throughout(tree):
    for index in range(len(tree.pairs)):
        values = cv2.resize(np.where(tree.read(index) == 255, 0, tree.read(index)).astype(np.uint8), (32, 24))
        tree.write(index, cv2.resize(values, (64, 48)))
    return [label for _, label in tree.pairs]


@damage('lossy-label')
def as_jpeg(tree):
    tree.label(5).unlink()
    path = tree.label(5).with_suffix('.jpg')
    Image.fromarray(np.random.default_rng(0).integers(0, 3, (48, 64)).astype(np.uint8)).save(path)
    return [path.relative_to(tree.root).as_posix()]


@damage('lossy-label')
def jpeg_called_png(tree):
    content = io.BytesIO()
    Image.open(tree.label(5)).convert('RGB').save(content, 'JPEG')
    tree.label(5).write_bytes(content.getvalue())
    return [tree.pairs[5][1]]


@damage('lossy-label')
def all_as_jpeg(tree):
    found = []
    for index in range(len(tree.pairs)):
        path = tree.label(index).with_suffix('.jpg')
        Image.open(tree.label(index)).save(path)
        tree.label(index).unlink()
        found.append(path.relative_to(tree.root).as_posix())
    return found


@damage('duplicate-across-splits')
def same_bytes(tree):
    shutil.copy(tree.image(0), tree.image(9))
    return [tree.pairs[0][0], tree.pairs[9][0]]


@damage('duplicate-across-splits', image='images/{}.bmp')
def same_pixels(tree):
    Image.open(tree.image(0)).save(tree.image(9))
    return [tree.pairs[0][0], tree.pairs[9][0]]


def replace_by(tree, change, **options):
    img = change(np.array(Image.open(tree.image(0))))
    img = cv2.resize(img, (64, 48), interpolation=cv2.INTER_AREA)
    Image.fromarray(img).save(tree.image(9), **options)
    return [tree.pairs[0][0], tree.pairs[9][0]]


@damage('near-duplicate-across-splits', image='images/{}.jpg')
def encoded_again(tree):
    return replace_by(tree, lambda img: img, quality=60)


@damage('near-duplicate-across-splits')
def cropped(tree):
    return replace_by(tree, lambda img: img[1:-1, 2:-1])


@damage('near-duplicate-across-splits')
def brightened(tree):
    return replace_by(tree, lambda img: np.clip(img * 1.15 + 12, 0, 255).astype(np.uint8))


def write_lists(tree, **lists):
    for split, names in lists.items():
        (tree.root / f'{split}.txt').write_text(''.join(f'{name}\n' for name in names))


FLAT = [f'{number:03}' for number in range(12)]


@damage('split-overlap', files=FLAT)
def in_both_lists(tree):
    write_lists(tree, train=FLAT[:8], val=FLAT[7:])
    return [tree.pairs[7][0]]


@damage('split-overlap', files=FLAT)
def in_two_that_are_not_trained_on(tree):
    write_lists(tree, train=FLAT[:6], val=FLAT[6:9], test=FLAT[8:])
    return [tree.pairs[8][0]]


@damage('near-duplicate-across-splits')
def noise_that_was_halved(tree):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (96, 128, 3), dtype=np.uint8))
    noise.save(tree.image(0))
    noise.resize((64, 48), Image.BILINEAR).save(tree.image(9))
    Image.open(tree.label(0)).resize((128, 96), Image.NEAREST).save(tree.label(0))
    return [tree.pairs[0][0], tree.pairs[9][0]]


@damage('split-missing-file', files=FLAT)
def not_there(tree):
    write_lists(tree, train=[*FLAT[:8], 'ghost'], val=FLAT[8:], trainval=FLAT)
    return ['images/ghost.png']


@damage('mixed-channels')
def grey_image(tree):
    Image.open(tree.image(6)).convert('L').save(tree.image(6))
    return [tree.pairs[6][0]]


@damage('mixed-channels')
def image_with_alpha(tree):
    Image.open(tree.image(6)).convert('RGBA').save(tree.image(6))
    return [tree.pairs[6][0]]


@damage('mixed-depth')
def deep_image(tree):
    cv2.imwrite(str(tree.image(6)), cv2.imread(str(tree.image(6))).astype(np.uint16) * 257)
    return [tree.pairs[6][0]]


@damage('smaller-than-crop', crop=(48, 60))
def small_image(tree):
    for path in (tree.image(6), tree.label(6)):
        Image.open(path).crop((0, 0, 50, 48)).save(path)
    return [tree.pairs[6][0]]


@damage('blank-image')
def black(tree):
    Image.new('RGB', (64, 48)).save(tree.image(6))
    return [tree.pairs[6][0]]


@damage('duplicate-name')
def two_suffixes(tree):
    image = tree.image(6)
    Image.open(tree.image(7)).save(image.with_suffix('.jpg'))
    return [tree.pairs[6][0], tree.pairs[6][0].replace('.png', '.jpg'), tree.pairs[6][1]]


@damage('suffix-left-out')
def other_suffix(tree):
    Image.open(tree.image(6)).save(tree.image(6).with_suffix('.bmp'))
    tree.image(6).unlink()
    return [tree.pairs[6][0].replace('.png', '.bmp')]


@damage('suffix-left-out')
def other_case(tree):
    tree.image(6).rename(tree.image(6).with_suffix('.PNG'))
    return [tree.pairs[6][0].replace('.png', '.PNG')]


@pytest.mark.parametrize('name', DAMAGES)
def test_damage(draw, name):
    kind, do, options = DAMAGES[name]
    options = dict(options)
    crop, names, files = (options.pop(key, None) for key in ('crop', 'names', 'files'))
    tree = draw(files or SPLITS, **options)
    if names:
        (tree.root / 'classes.txt').write_text('\n'.join(names))
    expected = list(do(tree))
    seen = examine(read_tree(str(tree.root)), crop, nproc=1)
    findings = find_all(seen)
    found = {finding.kind: finding for finding in findings}
    assert kind in found, found
    assert found[kind].severity in ('warning', 'error')
    assert sorted(found[kind].files) == sorted(expected)[:10]
    assert [finding for finding in findings if finding.severity == 'error' and finding.kind != kind] == []


@pytest.mark.parametrize('suffix', ['jpg', 'png', 'tif'])
def test_decoders_print_nothing(draw, capfd, suffix):
    tree = draw(SPLITS, image=f'images/{{}}.{suffix}')
    content = bytearray(tree.image(3).read_bytes())
    content[len(content) // 2:len(content) // 2 + 40] = bytes(40)
    tree.image(3).write_bytes(content)
    tree.image(4).write_bytes(content[:len(content) // 3])
    found = {finding.kind: finding for finding in find_all(examine(read_tree(str(tree.root)), nproc=1))}
    assert tree.pairs[4][0] in found['unreadable'].files
    assert capfd.readouterr().err == ''


def test_copies_are_counted_and_not_listed_one_by_one(draw):
    tree = draw([f'{split}/{number:04}' for split in ('train', 'val') for number in range(4)])
    for split, count in (('train', 300), ('val', 200)):
        for number in range(4, count):
            for folder in ('images', 'masks'):
                (tree.root / f'{folder}/{split}/{number:04}.png').hardlink_to(tree.root / f'{folder}/train/0000.png')
    found = {finding.kind: finding for finding in find_all(examine(read_tree(str(tree.root)), nproc=1))}
    assert found['duplicate-across-splits'].count == 297 * 196
    assert len(found['duplicate-across-splits'].files) == 10
    assert 'near-duplicate-across-splits' not in found


def test_mixed_colours_are_not_called_grey(draw):
    tree = draw(SPLITS, palette=True)
    for index in range(len(tree.pairs)):
        tree.write(index, cv2.resize(cv2.resize(colours_of(tree, index), (32, 24)), (64, 48)))
    found = {finding.kind: finding for finding in find_all(examine(read_tree(str(tree.root)), nproc=1))}
    assert 'mixed ones along borders' in found['colour-mask'].message
    assert 'missing-class' not in found


def test_every_kind_has_a_damage():
    assert {kind for kind, _, _ in DAMAGES.values()} == KINDS.keys()


def test_names_may_come_from_elsewhere(draw, tmp_path):
    tree = draw(SPLITS)
    (tmp_path / 'names.txt').write_text('ground\nthis\nthat\nmore\n')
    seen = examine(read_tree(str(tree.root), given_class_names(str(tmp_path / 'names.txt'))), nproc=1)
    assert [finding.kind for finding in find_all(seen)] == ['missing-class']
    assert seen.name_of(1) == 'this'


@pytest.mark.parametrize('patterns', [
    {'image': '{}.jpg', 'label': '{}_mask.png'}, {'image': 'x/{}.png', 'label': 'x/{}_q7x.png'},
    {'image': 'all/img_{}.png', 'label': 'all/lbl_{}.png'}, {'image': 'A/{}.png', 'label': 'B/{}.png'}])
@pytest.mark.parametrize('lost', ['image', 'label'])
def test_what_is_lost_beside_the_others(draw, patterns, lost):
    tree = draw(FLAT, **patterns)
    (tree.image(4) if lost == 'image' else tree.label(4)).unlink()
    found, = find_all(examine(read_tree(str(tree.root)), nproc=1))
    kind, left = ('label-without-image', 1) if lost == 'image' else ('image-without-label', 0)
    assert (found.kind, found.files) == (kind, (tree.pairs[4][left],))
