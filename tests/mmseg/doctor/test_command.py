"""The tool: its exit code, what it prints, and what it writes for programs."""

import json
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import opened
from preloaded import preloaded_python

from mmseg.doctor.command import main, parse_crop

ROOT = Path(__file__).resolve().parents[3]
SPLITS = [f'{split}/{split}{number:03}' for split in ('train', 'val') for number in range(6)]


@pytest.fixture
def run(tmp_path, capsys):
    def run(**given):
        args = dict.fromkeys(('source', 'img_dir', 'ann_dir', 'split', 'classes', 'crop', 'html'))
        args.update(json=str(tmp_path / 'out.json'), nproc=1, debug=False)
        namespace = type('Namespace', (), {**args, **given})
        try:
            code = main(namespace) or 0
        except SystemExit as end:
            code = end.code
        return code, json.loads((tmp_path / 'out.json').read_text()), capsys.readouterr().out
    return run


def test_sound(draw, run):
    tree = draw(SPLITS, image='images/{}.jpg', palette=True)
    code, document, text = run(source=str(tree.root))
    assert code == 0
    assert (document['images'], document['labels'], document['findings']) == (12, 12, [])
    assert document['sizes'] == [{'height': 48, 'width': 64, 'images': 12}]
    assert [(one['value'], one['images']) for one in document['classes']] == [(0, 12), (1, 12), (2, 12)]
    assert document['config']['palette'] == [[0, 0, 0], [200, 30, 30], [30, 200, 30]]
    assert document['config']['data']['val'] == {
        'img_dir': 'images/val', 'ann_dir': 'masks/val', 'img_suffix': '.jpg', 'seg_map_suffix': '.png'}
    assert 'Nothing is wrong.' in text
    assert 'reduce_zero_label = False' in text


def test_warnings_and_errors(draw, run):
    tree = draw(SPLITS, first=1)
    code, document, text = run(source=str(tree.root), crop=(48, 48))
    assert code == 1
    assert document['config']['reduce_zero_label'] is True
    assert document['config']['num_classes'] == 3
    tree.image(0).write_bytes(b'')
    code, document, text = run(source=str(tree.root))
    assert code == 2
    assert document['findings'][0]['kind'] == 'unreadable'
    assert 'images/train/train000.png: the file is empty' in text


def test_folders_and_a_list(draw, run, tmp_path):
    tree = draw([f'{number:03}' for number in range(8)], image='here/{}.png', label='there/{}.png')
    (tmp_path / 'chosen.txt').write_text('001\n003\n')
    folders = {'img_dir': str(tree.root / 'here'), 'ann_dir': str(tree.root / 'there')}
    assert run(**folders)[1]['images'] == 8
    code, document, _ = run(split=str(tmp_path / 'chosen.txt'), **folders)
    assert code == 0
    assert (document['images'], document['labels']) == (2, 2)
    (tmp_path / 'chosen.txt').write_text('none of these\n')
    with pytest.raises(ValueError, match=r"split: '.*chosen\.txt' names no image"):
        run(split=str(tmp_path / 'chosen.txt'), **folders)


def test_nothing_but_labels(draw, run):
    tree = draw([f'{number:03}' for number in range(8)])
    for image, _ in tree.pairs:
        (tree.root / image).unlink()
    with pytest.raises(ValueError, match='no images below it, only 8 labels'):
        run(source=str(tree.root))


def write_config(tmp_path, tree, **options):
    path = tmp_path / 'config.py'
    told = ''.join(f', {key}={value!r}' for key, value in options.items())
    path.write_text(
        'pipeline = [dict(type="LoadImageFromFile"), dict(type="LoadAnnotations"),'
        ' dict(type="RandomCrop", crop_size=(50, 50))]\n'
        f'part = dict(type="CustomDataset", data_root={str(tree.root)!r}, img_suffix=".png", pipeline=pipeline{told})\n'
        'data = dict(train=dict(type="RepeatDataset", times=2, dataset=dict(img_dir="images/train", '
        'ann_dir="masks/train", **part)), val=dict(img_dir="images/val", ann_dir="masks/val", **part))\n')
    return str(path)


def test_a_config(draw, run, tmp_path):
    tree = draw(SPLITS)
    code, document, _ = run(source=write_config(tmp_path, tree, classes=['a', 'b', 'c']))
    assert code == 1
    assert document['splits'] == {'train': 6, 'val': 6}
    assert [finding['kind'] for finding in document['findings']] == ['smaller-than-crop']
    assert [one['name'] for one in document['classes']] == ['a', 'b', 'c']


def test_a_config_that_reads_the_labels_otherwise(draw, run, tmp_path):
    tree = draw(SPLITS, first=1)
    code, document, _ = run(source=write_config(tmp_path, tree, classes=['a', 'b', 'c']), crop=(10, 10))
    assert code == 2
    assert {'label-out-of-range', 'one-based-labels'} <= {finding['kind'] for finding in document['findings']}
    code, document, _ = run(
        source=write_config(tmp_path, tree, classes=['a', 'b', 'c'], reduce_zero_label=True), crop=(10, 10))
    assert (code, document['findings']) == (0, [])


@pytest.mark.parametrize(('text', 'crop'), [('512x1024', (512, 1024)), ('64', (64, 64)), ('8X9', (8, 9))])
def test_crop(text, crop):
    assert parse_crop(text) == crop


def test_as_a_command(draw):
    tree = draw(SPLITS)
    tree.write(0, np.full_like(tree.read(0), 255))
    command = [preloaded_python(), ROOT / 'tools/doctor.py']
    done = subprocess.run([*command, tree.root], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert 'warning: empty-label' in done.stdout
    wrong = subprocess.run([*command, tree.root / 'nothing/here'], capture_output=True, text=True)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith('error: ')


def test_a_page(draw, run, tmp_path):
    tree = draw([f'{split}/<b>&{number:03}' for split in ('train', 'val') for number in range(6)], palette=True)
    tree.image(0).write_bytes(b'')
    tree.write(1, np.ascontiguousarray(tree.read(1).T))
    tree.write(2, np.full_like(tree.read(2), 255))
    run(source=str(tree.root), html=str(tmp_path / 'page.html'))
    page = (tmp_path / 'page.html').read_text()
    checked = Checked()
    checked.feed(page)
    assert checked.open == []
    assert checked.outside == []
    assert checked.without_text == 0
    assert checked.pictures == 5  # of the empty image only its label
    for word in ('unreadable', 'size-mismatch', 'empty-label', 'cannot', 'reduce_zero_label = False'):
        assert word in page
    assert '<b>' not in page


def test_the_page_in_a_browser(draw, run, tmp_path):
    with opened() as page:
        tree = draw(SPLITS)
        tree.image(0).write_bytes(b'')
        tree.write(2, np.full_like(tree.read(2), 255))
        file = tmp_path / 'page.html'
        run(source=str(tree.root), html=str(file))
        page.show(1280)
        page.open(file)
        page.look_through(file)


class Checked(HTMLParser):
    """Counts what a page has: elements that are left open, addresses outside, pictures without a text."""

    def __init__(self):
        super().__init__()
        self.open, self.outside, self.without_text, self.pictures = [], [], 0, 0

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.open += [] if tag in ('meta', 'img', 'link', 'br') else [tag]
        self.outside += [found[key] for key in ('src', 'href') if key in found and not found[key].startswith('data:')]
        if tag == 'img':
            self.pictures += 1
            self.without_text += not found.get('alt')

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
