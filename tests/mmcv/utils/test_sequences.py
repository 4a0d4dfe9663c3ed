"""Sequences by what they hold; cast, cut and joined."""

import pytest

from mmcv import utils


def test_types():
    assert utils.is_str('a')
    assert not utils.is_str(b'a')
    assert utils.is_list_of([1, 2], int)
    assert not utils.is_list_of((1, 2), int)
    assert utils.is_tuple_of((1, 'a'), (int, str))
    assert utils.is_seq_of((1, 2), int, tuple)
    assert not utils.is_seq_of([1, 'a'], int)
    assert not utils.is_seq_of(5, int)


def test_ntuple():
    assert utils.to_2tuple(3) == (3, 3)
    assert utils.to_2tuple([1, 2]) == (1, 2)
    assert utils.to_ntuple(4)('x') == ('x',)
    assert utils.to_3tuple(None) == (None,) * 3


def test_lists():
    assert utils.list_cast(['1', '2'], int) == [1, 2]
    assert utils.tuple_cast([1, 2], str) == ('1', '2')
    assert utils.slice_list([1, 2, 3], [1, 2]) == [[1], [2, 3]]
    assert utils.slice_list([1, 2, 3, 4], 2) == [[1, 2], [3, 4]]
    assert utils.concat_list([[1], [2, 3]]) == [1, 2, 3]
    with pytest.raises(ValueError, match='3 items'):
        utils.slice_list([1, 2, 3], 2)
    with pytest.raises(TypeError, match='has to be a type'):
        utils.iter_cast([1], '')


def test_the_old_address():
    from mmcv.utils.misc import deprecated_api_warning, import_modules_from_strings, is_seq_of
    assert is_seq_of is utils.is_seq_of
    assert deprecated_api_warning is utils.deprecated_api_warning
    assert import_modules_from_strings is utils.import_modules_from_strings
