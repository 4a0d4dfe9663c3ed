import sys

import pytest

from mmcv.config import Config, ConfigDict


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'c.py'
    path.write_text("lr = 0.1\nname = 'a'\nmodel = dict(depth=50, deep=True, sizes=[1, 2], none=None)\n")
    return path


def test_one_option_per_value(file, monkeypatch):
    line = [str(file), '--lr', '0.5', '--model.depth', '18', '--model.deep', 'false', '--model.sizes', '3', '4', '5']
    monkeypatch.setattr(sys, 'argv', ['train.py', *line])
    parser, cfg = Config.auto_argparser('Train.')
    assert (cfg.lr, cfg.model.depth, parser.description) == (0.1, 50, 'Train.')
    assert vars(parser.parse_args()) == {
        'config': str(file), 'lr': 0.5, 'name': None, 'model.depth': 18, 'model.deep': False, 'model.sizes': [3, 4, 5]}


def test_a_value_of_another_type(file, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['train.py', str(file), '--model.depth', 'x'])
    parser, _ = Config.auto_argparser()
    with pytest.raises(SystemExit):
        parser.parse_args()
    assert "argument --model.depth: invalid int value: 'x'" in capsys.readouterr().err


def test_old_methods(file):
    content, text = Config._file2dict(str(file))
    assert (content['lr'], content['model']['sizes']) == (0.1, [1, 2])
    assert 'lr = 0.1' in text
    below = {'obj': {'a': 1, 'b': 2}, 'c': 3}
    merged = Config._merge_a_into_b({'obj': {'a': 2}}, below)
    assert merged == {'obj': {'a': 2, 'b': 2}, 'c': 3}
    assert isinstance(merged, ConfigDict)
    assert below['obj']['a'] == 1
    assert Config._merge_a_into_b({'obj': {'_delete_': True, 'a': 2}}, below)['obj'] == {'a': 2}
    assert Config._merge_a_into_b({'0': {'a': 2}}, [{'a': 1}, {'b': 2}], True) == [{'a': 2}, {'b': 2}]
