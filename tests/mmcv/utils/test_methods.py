"""What a class offers, and arguments by their old names."""

import warnings

import pytest

from mmcv import utils


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
