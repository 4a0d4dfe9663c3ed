"""torch._six where torch has none."""

import collections.abc
import math

import mmcv  # noqa: F401 (answers the address)


def test_names():
    from torch._six import container_abcs, inf, int_classes, string_classes

    assert container_abcs.Iterable is collections.abc.Iterable
    assert inf == math.inf
    assert isinstance(b'a', string_classes)
    assert isinstance(1, int_classes)


def test_torch_is_torch():
    import torch._six
    assert torch._six.inf == math.inf
    assert torch.__spec__.origin.endswith('__init__.py')
