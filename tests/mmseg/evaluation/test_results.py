"""What becomes of label maps: who counts them, what is kept, in which order, and where it goes."""

import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler

import mmcv
from mmcv import dist
from mmcv.engine import run_inference
from mmcv.utils import ConfigError
from mmseg.evaluation.label_maps import label_maps_by_name
from mmseg.evaluation.loop import evaluate
from mmseg.evaluation.results import (
    Counted,
    Drawn,
    Formatted,
    Kept,
    Results,
    check_options,
    format_function,
    has_evaluator,
    in_order,
)


class Maps:
    """Label maps that are told by their sample; the data set counts what it is given."""

    PALETTE = [[0, 0, 0], [255, 255, 255]]
    CLASSES = ('a', 'b')

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return {'img': torch.full((1,), index), 'index': index}

    def pre_eval(self, results, indices):
        return [(index, int(result[0])) for result, index in zip(results, indices)]

    def format_results(self, results, imgfile_prefix, indices=None, colour='red'):
        self.formatted = [*getattr(self, 'formatted', ()), *((imgfile_prefix, colour, index) for index in indices)]

    def new_evaluator(self, metric='mIoU', bootstrap=0):
        return Counter(metric=metric, bootstrap=bootstrap)

    def evaluate(self, results, metric='mIoU', logger=None, bootstrap=0, loud=False):
        return {'seen': results.seen if isinstance(results, Counter) else results, 'loud': loud}


class Counter:

    def __init__(self, **options):
        self.options, self.seen, self.reduced = options, [], 0

    def add(self, results, indices):
        self.seen += [(index, int(result[0])) for result, index in zip(results, indices)]

    def reduce(self):
        self.reduced += 1


class Echo(nn.Module):
    """Predicts a map of ten times the sample's number."""

    def forward(self, img, index, return_loss):
        return [np.full(3, 10 * int(i)) for i in img]


def loader(dataset):
    return DataLoader(dataset, batch_sampler=BatchSampler(SequentialSampler(dataset), 2, drop_last=False))


PAIRS = [(i, 10 * i) for i in range(5)]


def test_evaluates_with_the_evaluator_of_the_data_set():
    counted = evaluate(Echo(), loader(Maps()), progress=False, metric='mDice', loud=True)
    assert counted.seen == PAIRS
    assert counted.options == {'metric': 'mDice', 'bootstrap': 0}
    assert counted.reduced == 1


@pytest.mark.parametrize(('overridden', 'expected'), [
    ((), True), (('pre_eval',), False), (('evaluate',), False), (('pre_eval', 'new_evaluator'), True)])
def test_a_data_set_with_its_own_counting_is_not_passed_over(overridden, expected):
    own = type('Own', (Maps,), {name: lambda self, *args, **kwargs: None for name in overridden})
    assert has_evaluator(own()) is expected
    assert not has_evaluator(object())


def test_nor_is_one_of_several_in_a_row():
    class Own(Maps):
        def pre_eval(self, results, indices):
            return [(index, 'own') for index in indices]

    class Row(Maps):
        cumulative_sizes = (5, 10)

        def __init__(self, *datasets):
            self.datasets = datasets

        def get_dataset_idx_and_sample_idx(self, indice):
            return divmod(indice, 5)

    assert has_evaluator(Row(Maps(), Maps()))
    assert not has_evaluator(Row(Maps(), Own()))


def test_counts_by_pre_eval_where_the_data_set_has_its_own():
    class Own(Maps):
        def pre_eval(self, results, indices):
            return [(index, 'own') for index in indices]

    counted = evaluate(Echo(), loader(Own()), progress=False)
    assert counted == [(i, 'own') for i in range(5)]


def test_a_data_set_that_only_evaluates_gets_the_label_maps():
    class Old:
        PALETTE, CLASSES = Maps.PALETTE, Maps.CLASSES
        __len__, __getitem__ = Maps.__len__, Maps.__getitem__

        def evaluate(self, results, logger=None):
            return {'sum': sum(int(result[0]) for result in results)}

    counted = Counted(Old())
    run_inference(Echo(), loader(Old()), counted.add, progress=False)
    assert counted.evaluate() == {'sum': 100}


def test_each_taker_gets_each_batch():
    dataset = Maps()
    counted, kept = Counted(dataset, metric='mIoU', loud=True), Kept()
    run_inference(Echo(), loader(dataset), Results(counted, kept, Formatted(dataset, colour='blue')), progress=False)
    assert counted.evaluate() == {'seen': PAIRS, 'loud': True}
    assert [int(label[0]) for label in kept.total()] == [0, 10, 20, 30, 40]
    assert dataset.formatted == [('./.format_maps', 'blue', i) for i in range(5)]


def test_the_folder_of_formatted_results_can_be_chosen():
    dataset = Maps()
    Formatted(dataset, imgfile_prefix='there').add([None], [3])
    assert dataset.formatted == [('there', 'red', 3)]


def test_a_data_set_without_a_format_gets_class_indices(tmp_path):
    class Plain:
        CLASSES, PALETTE = ('a', 'b'), [[9, 0, 0], [0, 9, 0]]

        def __len__(self):
            return 2

        def __getitem__(self, index):
            raise AssertionError('no sample is read')

        def sample_files(self, index):
            return {'img': f'somewhere/{index}.jpg'}

    dataset = Plain()
    Formatted(dataset, imgfile_prefix=str(tmp_path)).add([np.array([[0, 1]])], [1])
    image = Image.open(tmp_path / '1.png')
    assert (image.mode, np.array(image).tolist()) == ('P', [[0, 1]])
    assert label_maps_by_name(dataset, [np.zeros((1, 1)), np.ones((1, 1))]) == {'0.jpg': [[0]], '1.jpg': [[1]]}
    with pytest.raises(ConfigError, match='to_label_id: it takes no such option'):
        check_options(format_function(dataset), ['to_label_id'], '')


def test_values_come_in_the_order_of_the_samples():
    assert in_order([(2, 'c'), (0, 'a'), (1, 'b'), (1, 'b')]) == ['a', 'b', 'c']


def test_of_all_ranks(monkeypatch):
    kept = Kept()
    kept.add(['a', 'c'], [0, 2])
    monkeypatch.setattr(dist, 'gather_objects', lambda part: [part, [(1, 'b'), (3, 'd')]])
    assert kept.total() == ['a', 'b', 'c', 'd']


@pytest.mark.parametrize(('options', 'message'), [
    ({'metrik': 1}, re.escape('--eval-options metrik: Maps takes no such option (did you mean metric?)')),
    ({'loud': 1, 'results': 1}, 'results')])
def test_unknown_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        check_options(Maps().evaluate, options, '--eval-options ', given=('results', 'logger'))


def test_known_options_pass():
    check_options(Maps().evaluate, {'metric': 'mIoU', 'loud': True}, '', given=('results', 'logger'))
    check_options(lambda results, **kwargs: None, {'anything': 1}, '')


class Canvas:
    """Keeps what it is asked to draw."""

    def show_result(self, img, result, **kwargs):
        self.img, self.result, self.kwargs = img, result, kwargs


def test_draws_into_the_folders_of_the_images(tmp_path):
    class Files(Maps):
        img_dir = str(tmp_path)

        def sample_files(self, idx):
            return {'img': str(tmp_path / 'city' / 'a.png')}

    image = np.full((4, 5, 3), 7, np.uint8)
    mmcv.imwrite(image, str(tmp_path / 'city' / 'a.png'))
    canvas, label = Canvas(), np.zeros((4, 5), int)
    Drawn(Files(), canvas, 'out', opacity=0.3).add([label], [0])
    np.testing.assert_array_equal(canvas.img, image)
    assert canvas.result[0] is label
    assert canvas.kwargs == {'palette': Maps.PALETTE, 'show': False, 'out_file': 'out/city/a.png', 'opacity': 0.3}


def test_draws_images_of_any_kind_beside_one_that_cannot_be_read(tmp_path, caplog):
    class Bands(Maps):
        def load_image(self, idx):
            if idx == 0:
                raise KeyError('band')
            return np.arange(4 * 5 * 6, dtype=np.uint16).reshape(4, 5, 6)

        def sample_files(self, idx):
            return {'img': f'{idx}.npy'}

    canvas = Canvas()
    Drawn(Bands(), canvas, 'out').add([np.zeros((8, 10), int)] * 2, [0, 1])
    assert caplog.messages == ["no picture of 0.npy: 'band'"]
    assert canvas.img.shape == (8, 10, 3)
    assert canvas.img.dtype == np.uint8
    assert canvas.kwargs['out_file'] == 'out/1.npy.png'


def test_a_model_that_cannot_draw_is_refused_before_it_runs():
    with pytest.raises(ConfigError, match='pictures of results: ReLU lacks show_result: see DrawsResults'):
        Drawn(Maps(), nn.ReLU(), 'out')
