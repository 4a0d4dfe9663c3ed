"""mmdet's NiceRepr by its address there."""

import pytest

import mmcv  # noqa: F401 (answers the address)


def test_texts():
    from mmdet.utils.util_mixins import NiceRepr

    class Told(NiceRepr):
        def __nice__(self):
            return 'x=1'

    class Counted(list, NiceRepr):
        __repr__, __str__ = NiceRepr.__repr__, NiceRepr.__str__

    assert str(Told()) == '<Told(x=1)>'
    assert repr(Told()).startswith('<Told(x=1) at 0x')
    assert str(Counted([1, 2])) == '<Counted(2)>'
    assert 'NiceRepr object at' in str(NiceRepr())
    with pytest.raises(NotImplementedError, match='__nice__'):
        NiceRepr().__nice__()


def test_nothing_else_of_mmdet_is_there():
    with pytest.raises(ImportError):
        from mmdet.models import build_detector  # noqa: F401
