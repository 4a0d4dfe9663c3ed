"""KEY=VALUE on the command line."""

import argparse
import math

import pytest

from mmcv.config import DictAction


def parse(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    return parser.parse_args(words).cfg_options


@pytest.mark.parametrize(('text', 'value'), [
    ('1', 1), ('-1', -1), ('0.5', 0.5), ('1e-3', 1e-3), ('inf', math.inf), ('true', True), ('False', False),
    ('TRUE', True), ('None', None), ('none', 'none'), ('', ''), ('text', 'text'), ('a b', 'a b'), ('x=y', 'x=y'),
    ('0x10', '0x10'), ('[1,2]', [1, 2]), ('[ 1, a ]', [1, 'a']), ('[]', []), ('()', ()), ('(1,)', (1,)), ('(1)', (1,)),
    ('1,', [1]), ('a,b', ['a', 'b']), ('1,0.5,true,None', [1, 0.5, True, None]),
    ('(512,1024)', (512, 1024)), ('[[1]]', [[1]]),
    ('[(a,b),[1,2],false]', [('a', 'b'), [1, 2], False]), ('[1,2],[3,4]', [[1, 2], [3, 4]]),
    ('[(1,(2,[3])),()]', [(1, (2, [3])), ()]), ('"1"', '1'), ("'a,b'", 'a,b'), ('"[1,2]"', [1, 2]),
    ("['a','1']", ['a', '1']), ("['a,b',c]", ['a,b', 'c']), ("it's", "it's"),
    ("{'grad_clip': {'max_norm': 1, 'p': (1,2)}}", {'grad_clip': {'max_norm': 1, 'p': (1, 2)}}),
    ('{grad_clip:{max_norm:1}}', {'grad_clip': {'max_norm': 1}}), ('{}', {}), ('dict()', {}),
    ('{"a": true}', {'a': True}), ("[dict(type='EMAHook')]", [{'type': 'EMAHook'}]),
    ('[dict(type=EMAHook, momentum=1e-3)]', [{'type': 'EMAHook', 'momentum': 1e-3}]),
    ('dict(a=dict(b=[1,{c:2}]),d=x)', {'a': {'b': [1, {'c': 2}]}, 'd': 'x'}), ('{a: x=y}', {'a': 'x=y'}),
    ("{'a:b': 1, 'c': 'd, e'}", {'a:b': 1, 'c': 'd, e'}), ('{1: 2}', {1: 2}), ('{a:1},{b:2}', [{'a': 1}, {'b': 2}]),
    ('a{b}', 'a{b}'), ('{{ x }}_y', '{{ x }}_y'),
    ('/data/my dir(2)/x', '/data/my dir(2)/x'), (':-)', ':-)'),
])
def test_values(text, value):
    parsed = parse('--cfg-options', f'a.b={text}')
    assert parsed == {'a.b': value}
    assert type(parsed['a.b']) is type(value)


def test_several_words_and_several_times():
    assert parse('--cfg-options', 'a=1', 'b=2', '--cfg-options', 'a=3', 'c=4') == dict(a=3, b=2, c=4)
    assert parse() is None


@pytest.mark.parametrize('word', ['a', '=1', 'a=[1,2', 'a=(1,2]', 'a=[1,(2],3)', 'a=1],2', 'a={b}',
                                  'a={b:1', 'a=dict(1)', 'a={b:1,}}'])
def test_mistakes_end_with_usage(word, capsys):
    with pytest.raises(SystemExit) as caught:
        parse('--cfg-options', word)
    assert caught.value.code == 2
    assert '--cfg-options' in capsys.readouterr().err
