"""What the page of a run says, and that it does so whatever is missing."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from drawn_runs import CLASSES, drawn_pairs, drawn_snapshot, entries

from mmseg.evaluation.bootstrap import bootstrap_interval
from mmseg.evaluation.image_pairs import ImagePairs
from mmseg.report.page import commands, page_of
from mmseg.report.run import NoRun, read_run
from mmseg.report.snapshot import NAME, read_snapshot

VOID = {'meta', 'link', 'img', 'input', 'br', 'line', 'polyline', 'circle', 'rect'}


class Reader(HTMLParser):
    """Checks that elements are closed in order and ids are unique; keeps the text, the ids and the pictures."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.images, self.words, self.links = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []
        assert len(set(self.ids)) == len(self.ids)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids += [attrs['id']] if 'id' in attrs else []
        self.links += [attrs['href']] if tag == 'a' else []
        if tag == 'img':
            self.images.append(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ('script', 'style'):
            self.words.append(data)

    @property
    def text(self):
        return ' '.join(' '.join(self.words).split())


def test_all_of_it(leave):
    page = page_of(read_run(leave()))
    seen = Reader(page)
    for section in ('curves', 'classes', 'confusion', 'images', 'calibration', 'commands', 'config', 'environment'):
        assert section in seen.ids
    assert {link[1:] for link in seen.links} <= {*seen.ids}
    assert 'iteration 60 of 60, evaluated 2026-01-02 03:04 on 12 images' in seen.text
    assert 'tree <tall>' in seen.text
    assert "'EncoderDecoder'" in seen.text
    assert 'configs/x.py:3' in seen.text
    assert 'GPU: none' in seen.text
    assert len(seen.images) == 15
    assert all(one['alt'] and one['src'].startswith('data:image/') for one in seen.images)
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert 'http' not in page.replace('http-equiv', '')


def test_the_interval_is_that_of_the_images(leave):
    run = read_run(leave())
    areas = drawn_pairs().areas()
    low, high = bootstrap_interval(areas[:, 0], areas[:, 1])
    assert (run.mean.low, run.mean.high) == (low, high)
    assert run.mean.value == pytest.approx(np.mean(areas[:, 0].sum(0) / areas[:, 1].sum(0)))
    assert f'95 % interval {100 * low:.1f} to {100 * high:.1f}' in Reader(page_of(run)).text
    assert run.classes[2].images == 6


def test_the_confusions_know_their_images(leave):
    data = re.search(r'id="confusion-data">(.+?)</script>', page_of(read_run(leave()))).group(1)
    table = json.loads(data)
    pairs = drawn_pairs()
    assert table['classes'] == CLASSES
    assert table['rows'][0][1]['pixels'] == pairs.total()[0, 1]
    assert table['rows'][0][1]['of_label'] == pytest.approx(pairs.total()[0, 1] / pairs.total()[0].sum())
    index, pixels = table['holders']['0-1'][0]
    assert pixels == max(pairs.of(one)[0, 1] for one in pairs.indices()) == pairs.of(index)[0, 1]
    assert table['images'][str(index)] == f'town/{index} ü.png'
    assert '1-1' not in table['holders']


def test_logs_alone(leave):
    text = Reader(page_of(read_run(leave(snapshot=False)))).text
    assert 'there are the logs alone' in text
    assert 'road' in text
    assert 'mIoU 40.0 %' in text
    assert 'CPU: some' in text
    assert 'Confusion' not in text


def test_losses_of_validation_by_themselves_do_not_hide_the_scores(leave):
    losses = {'mode': 'val', 'epoch': 1, 'iter': 5, 'lr': 0.01, 'decode.loss_ce': 0.5, 'loss': 0.5}
    assert read_run(leave(snapshot=False, log=[*entries(), losses])).metrics['mIoU'] == pytest.approx(0.4)


def test_a_run_that_was_never_evaluated(leave):
    seen = Reader(page_of(read_run(leave(snapshot=False, log=list(entries())[:2]))))
    assert 'classes' not in seen.ids
    assert 'Loss' in seen.text


def test_a_folder_without_a_run(leave, tmp_path):
    with pytest.raises(NoRun, match='it holds no run'):
        read_run(leave(snapshot=False, log=[]))
    with pytest.raises(NoRun, match='no such folder'):
        read_run(tmp_path / 'nowhere')


def test_without_calibration_and_pictures(leave):
    folder = leave(snapshot=False)
    snapshot = drawn_snapshot()
    snapshot.shown, snapshot.calibration.counts = [], np.zeros((15, 3))
    snapshot.save(folder)
    seen = Reader(page_of(read_run(folder)))
    assert 'calibration' not in seen.ids
    assert 'images' not in seen.ids
    assert 'confusion' in seen.ids


def test_many_classes_are_those_that_are_confused_most(leave):
    folder = leave(snapshot=False)
    counts = np.diag(np.arange(151))
    counts[100, 7] = counts[7, 149] = 50
    pairs = ImagePairs(150)
    pairs.add(0, counts)
    snapshot = drawn_snapshot()
    snapshot.classes, snapshot.palette = [f'c{i}' for i in range(150)], [[0, 0, 0]] * 150
    snapshot.pairs, snapshot.images, snapshot.shown = pairs, ['a.png'], []
    snapshot.save(folder)
    page = page_of(read_run(folder))
    table = json.loads(re.search(r'id="confusion-data">(.+?)</script>', page).group(1))
    assert len(table['classes']) == 30
    assert {'c7', 'c100', 'c149'} <= {*table['classes']}
    assert table['rows'][table['classes'].index('c100')][table['classes'].index('c7')]['pixels'] == 50
    assert 'Of 150 classes those 30 are shown' in Reader(page).text
    assert len(page) < 500_000


def test_commands_name_the_best_checkpoint_and_quote(leave, monkeypatch):
    folder = leave('two words')
    monkeypatch.chdir(folder.parents[1])
    lines = dict(commands(read_run(folder)))
    assert lines['Resume'] == ("python tools/train.py 'work_dirs/two words/two words.py' --work-dir "
                               "'work_dirs/two words' --auto-resume")
    assert lines['Test'].endswith("'work_dirs/two words/iter_60.pth' --eval mIoU")
    (folder / 'best_mIoU_iter_30.pth').write_bytes(b'')
    assert 'best_mIoU_iter_30.pth' in dict(commands(read_run(folder)))['Predict']


def test_a_snapshot_comes_back_as_it_was(leave):
    folder, snapshot = leave(), drawn_snapshot()
    back = read_snapshot(folder)
    assert {**vars(back), 'pairs': 0, 'calibration': 0, 'config': 0} == {
        **vars(snapshot), 'pairs': 0, 'calibration': 0, 'config': 0, 'problems': []}
    assert (back.pairs.total() == snapshot.pairs.total()).all()
    assert (back.calibration.counts == snapshot.calibration.counts).all()
    assert read_snapshot(folder.parent) is None


def test_a_snapshot_of_an_older_version_that_tells_more(leave):
    folder = leave()
    with np.load(folder / NAME) as stored:
        arrays = dict(stored)
    about = json.loads(str(arrays.pop('about')))
    np.savez(folder / NAME, about=np.array(json.dumps({**about, 'name': 'what was once there'})), **arrays)
    assert read_snapshot(folder).classes == about['classes']


@pytest.mark.parametrize('content', [b'', b'not a zip', b'PK\x03\x04 cut off'])
def test_a_damaged_snapshot_is_named(leave, content):
    folder = leave()
    (folder / NAME).write_bytes(content)
    with pytest.raises(ValueError, match=r'report.npz: cannot be read \(damaged\): delete it'):
        read_run(folder)
