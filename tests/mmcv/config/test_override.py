"""What a config has to say to become another one."""

import pytest

from mmcv.config.dict import to_node, to_plain
from mmcv.config.merge import merge
from mmcv.config.override import NoOverride, override, same


@pytest.mark.parametrize(('base', 'wanted', 'expected'), [
    ({'a': 1}, {'a': 1}, {}),
    ({'a': {'b': 1, 'c': 2}}, {'a': {'b': 1, 'c': 3}}, {'a': {'c': 3}}),
    ({'a': {'b': 1}}, {'a': {'c': 3}}, {'a': {'_delete_': True, 'c': 3}}),
    ({'a': None}, {'a': {'c': 3}}, {'a': {'_delete_': True, 'c': 3}}),
    ({'a': {'b': 1}}, {'a': None, 'd': {'e': 1}}, {'a': None, 'd': {'e': 1}}),
    ({'a': [1, 2]}, {'a': (1, 2)}, {'a': (1, 2)}),
    ({'a': 1}, {'a': True}, {'a': True}),
    ({'a': [{'b': 1}]}, {'a': [{'b': 2}]}, {'a': [{'b': 2}]}),
])
def test_gives_what_is_wanted(base, wanted, expected):
    found = override(base, wanted)
    assert same(found, expected)
    assert same(to_plain(merge(to_node(base), to_node(found))), wanted)


def test_a_key_of_the_top_cannot_be_taken_away():
    with pytest.raises(NoOverride, match='b'):
        override({'a': 1, 'b': 2}, {'a': 1})
