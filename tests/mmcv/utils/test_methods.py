"""What a class offers, and arguments by their old names."""

import warnings

import pytest

from mmcv import utils
from mmcv.utils import ConfigError, Registry
from mmcv.utils.methods import passes_over_unknown


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
    with pytest.raises(TypeError, match='has to be a class'):
        utils.is_method_overridden('f', A(), B)
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


def test_unknown_arguments_are_passed_over_in_calls_only():
    @passes_over_unknown
    def evaluate(results, metric='mIoU'):
        return results, metric

    with pytest.warns(UserWarning, match='there is no efficient_test, which has no effect'):
        assert evaluate(1, metric='mDice', efficient_test=True) == (1, 'mDice')
    registry = Registry('evaluation')
    registry.register_module('Evaluate', module=evaluate)
    with pytest.raises(ConfigError, match='efficient_test: evaluate takes no such argument'):
        registry.build({'type': 'Evaluate', 'results': 1, 'efficient_test': True})
