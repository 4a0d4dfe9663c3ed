import warnings

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


def test_methods():

    class A:
        def f(self):
            pass

        g = f

    class B(A):
        def f(self):
            pass

    assert utils.is_method_overridden('f', A, B)
    assert utils.is_method_overridden('f', A, B())
    assert not utils.is_method_overridden('g', A, B)
    assert utils.has_method(A(), 'f')
    assert not utils.has_method(A(), 'h')


def test_import_modules():
    import json
    import math
    assert utils.import_modules_from_strings('json') is json
    assert utils.import_modules_from_strings(['json', 'math']) == [json, math]
    assert utils.import_modules_from_strings([]) is None
    with pytest.raises(ImportError, match='no_such_module'):
        utils.import_modules_from_strings(['json', 'no_such_module'])
    with pytest.warns(UserWarning, match='no_such_module'):
        assert utils.import_modules_from_strings('no_such_module', allow_failed_imports=True) is None
    with pytest.raises(TypeError, match='5'):
        utils.import_modules_from_strings([5])


def test_deprecated_arguments():

    @utils.deprecated_api_warning(dict(old='new'), cls_name='Net')
    def run(x, new=1, **kwargs):
        return x, new, kwargs

    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert run(1, new=2, k=3) == (1, 2, dict(k=3))
    with pytest.warns(DeprecationWarning, match='Net.run: old is deprecated, use new'):
        assert run(1, old=5) == (1, 5, {})
    with pytest.raises(TypeError, match='give only new'):
        run(1, old=5, new=6)
