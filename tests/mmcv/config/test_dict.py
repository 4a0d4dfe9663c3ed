"""A dict with attributes whose keys know where they were set."""

import copy
import pickle

import pytest

from mmcv.config import ConfigDict


def test_made_as_a_dict_is():
    expected = dict(a=1, b=dict(c=2))
    assert ConfigDict(expected) == ConfigDict(a=1, b=dict(c=2)) == ConfigDict(expected.items()) == expected
    assert ConfigDict(expected, a=3).a == 3
    assert ConfigDict() == {}
    assert isinstance(ConfigDict(expected).b, ConfigDict)


def test_attributes():
    node = ConfigDict(a=dict(b=1))
    node.a.c = [dict(d=2)]
    del node.a.b
    assert node == dict(a=dict(c=[dict(d=2)]))
    assert node.a.c[0].d == 2
    with pytest.raises(AttributeError, match="no attribute 'cc'"):
        _ = node.a.cc
    with pytest.raises(AttributeError):
        del node.a.b
    with pytest.raises(KeyError):
        node['b']


@pytest.mark.parametrize('name', ['items', 'keys', 'values', 'update', 'pop', 'get', 'copy', 'clear'])
def test_keys_named_like_methods_are_items_only(name):
    node = ConfigDict({name: 1})
    assert node[name] == 1
    assert callable(getattr(node, name))
    with pytest.raises(AttributeError, match=rf"cfg\['{name}'\]"):
        setattr(node, name, 2)
    node[name] = 3
    assert dict(node) == {name: 3}


def test_update_merges_dicts():
    node = ConfigDict(a=dict(b=1, c=dict(d=2)), e=3)
    node.update(dict(a=dict(c=dict(f=4))), e=dict(g=5))
    assert node == dict(a=dict(b=1, c=dict(d=2, f=4)), e=dict(g=5))
    assert node.e.g == 5


def test_union():
    node = ConfigDict(a=dict(b=1))
    both = node | dict(a=dict(c=2))
    assert both == dict(a=dict(b=1, c=2))
    node |= dict(d=dict(e=3))
    assert node.d.e == 3


def test_lists_keep_their_identity():
    node, hooks = ConfigDict(), []
    node.hooks = hooks
    hooks.append(1)
    assert node.hooks == [1]
    assert node.setdefault('more', hooks) is hooks


def test_plain_lists_are_not_altered():
    items = [dict(a=1)]
    node = ConfigDict()
    node.items_ = items
    assert node.items_[0].a == 1
    assert type(items[0]) is dict


def test_copies():
    node = ConfigDict(a=dict(b=[1]))
    assert node.copy().a is node.a
    for deep in (copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert deep == node
        assert isinstance(deep.a, ConfigDict)
        assert deep.a.b is not node.a.b


def test_to_dict_is_plain_all_the_way_down():
    plain = ConfigDict(a=dict(b=[dict(c=(dict(d=1),))])).to_dict()
    assert plain == dict(a=dict(b=[dict(c=(dict(d=1),))]))
    assert {type(x) for x in (plain, plain['a'], plain['a']['b'][0], plain['a']['b'][0]['c'][0])} == {dict}


def test_other_containers_are_left_alone():
    from collections import namedtuple
    pair = namedtuple('pair', 'x y')(1, dict(a=1))
    assert ConfigDict(p=pair).p is pair
