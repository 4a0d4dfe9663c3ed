"""All parts of a run ignore the same label, or the run does not start."""

import pytest
from torch import nn

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.assembly.ignored import check_ignored


class Labelled:
    """Two samples of three classes."""

    CLASSES = ('a', 'b', 'c')

    def __init__(self, ignore_index=255):
        self.ignore_index = ignore_index

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return {}


class Joined:
    CLASSES = Labelled.CLASSES

    def __init__(self, *datasets):
        self.datasets = datasets
        self.ignore_index = datasets[0].ignore_index

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return {}


def model_of(*ignored):
    head, *others = [nn.Identity() for _ in ignored]
    for one, value in zip([head, *others], ignored):
        one.ignore_index = value
    model = nn.Module()
    model.decode_head, model.auxiliary_head = head, nn.ModuleList(others)
    return model


def check(tmp_path, text='', dataset=None, model=None, **others):
    (tmp_path / 'c.py').write_text(f"data = dict(train=dict(type='A', pipeline=[]), val=dict(type='A'))\n"
                                   f"model = dict(decode_head=dict(loss_decode=dict(type='L')))\n{text}\n")
    config = Config.fromfile(str(tmp_path / 'c.py'))
    check_ignored(config, {'data.train': dataset or Labelled(), **others}, model)


@pytest.mark.parametrize('value', [None, -1, -100, 0, 255, 65535])
def test_one_value_everywhere(tmp_path, value):
    said = '' if value is None else f"data['train']['pipeline'] = [dict(type='Pad', seg_pad_val={value})]\n"
    check(tmp_path, f'{said}model["decode_head"]["loss_decode"]["ignore_index"] = {value}',
          Labelled(value), model_of(value, value), **{'data.val': Labelled(value)})


@pytest.mark.parametrize(('text', 'ignored', 'heads', 'message'), [
    ('', 0, [255], r'^model.decode_head.ignore_index is 255 by default, but data.train.ignore_index is 0 by default: '),
    ("data['train']['ignore_index'] = -1", -1, [-1, 255], r'^model.auxiliary_head.ignore_index is 255 by default, but '
     r'data.train.ignore_index is -1 \(.*c.py:3\): set both to one value$'),
    ("model['decode_head']['ignore_index'] = 7", 255, [7],
     r'^.*c.py:3: model.decode_head.ignore_index is 7, but data.train.ignore_index is 255 by default: '),
    ("model['decode_head']['ignore_index'] = None", 255, [None], r'ignore_index is None, but'),
    ("model['decode_head']['loss_decode']['ignore_index'] = 0", 255, [255],
     r'^.*c.py:3: model.decode_head.loss_decode.ignore_index is 0, but'),
    ("data['train']['pipeline'] = [dict(type='A'), dict(type='Pad', seg_pad_val=255)]", -1, [-1],
     r'c.py:\d: data.train.pipeline\[1\].seg_pad_val is 255, but .* is -1 .*leave seg_pad_val out'),
    ("data['train']['pipeline'] = [dict(type='Pad', seg_pad_val=255)]", None, [None], 'is None .*fill with a class'),
    ("data['train']['pipeline'] = [dict(type='RandomCrop', ignore_index=0)]", 255, [255], 'ignore_index is 0'),
    ("data['train']['pipeline'] = [dict(type='RandomCutOut', seg_fill_in=254)]", 255, [255], 'seg_fill_in is 254'),
])
def test_two_values(tmp_path, text, ignored, heads, message):
    with pytest.raises(ConfigError, match=message) as caught:
        check(tmp_path, text, Labelled(ignored), model_of(*heads))
    assert '\n' not in str(caught.value)


def test_a_class_may_be_filled_in(tmp_path):
    check(tmp_path, "data['train']['pipeline'] = [dict(type='RandomCutOut', seg_fill_in=2)]")
    check(tmp_path, "data['train']['pipeline'] = [dict(type='Pad', seg_pad_val=0)]", Labelled(None))


def test_padding_as_a_class_is_a_warning(tmp_path, caplog):
    padded = "data['train']['pipeline'] = [dict(type='Pad', seg_pad_val=0)]"
    check(tmp_path, padded)
    assert 'what is padded is trained as class 0: ' in caplog.text
    assert 'c.py:3: data.train.pipeline[0].seg_pad_val is 0, but data.train.ignore_index is 255 by de' in caplog.text
    dataset = Labelled()
    dataset.reduce_zero_label = True  # the 0 of the files
    with pytest.raises(ConfigError, match='seg_pad_val is 0, but .* leave seg_pad_val out'):
        check(tmp_path, padded, dataset)
    dataset = Labelled(65535)
    dataset.CLASSES = tuple(map(str, range(300)))
    with pytest.raises(ConfigError, match='seg_pad_val is 255, but .* leave seg_pad_val out'):
        check(tmp_path, padded.replace('=0', '=255'), dataset)


def test_data_sets_that_are_joined_or_validated_on(tmp_path):
    with pytest.raises(ConfigError, match=r'^data.train.ignore_index is 0 by default, but .* is -1 by default: '):
        check(tmp_path, dataset=Joined(Labelled(-1), Labelled(0)))
    with pytest.raises(ConfigError, match=r'data.val.ignore_index is 0 by default, but data.train'):
        check(tmp_path, **{'data.val': Labelled(0)})
