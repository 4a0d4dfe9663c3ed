"""Whether a module does what its class does."""

from torch import nn

from mmcv.cnn import Conv2d, Sequential, is_untouched, recompute_norms
from mmcv.cnn.bricks import Conv2dAdaptivePadding


class Base(nn.Module):
    def forward(self, x):
        return x


class Derived(Base):
    pass


def test_is_untouched():
    layer = Base()
    assert is_untouched(layer, Base)
    assert not is_untouched(layer, Derived)
    assert is_untouched(Derived(), Base)
    layer.register_forward_hook(lambda *_: None)
    assert not is_untouched(layer, Base)
    changed = Base()
    changed.forward = lambda x: x
    assert not is_untouched(changed, Base)


def test_an_exact_way_is_as_good_as_the_plain_one():
    assert is_untouched(Conv2d(2, 2, 1), nn.Conv2d)
    assert is_untouched(Sequential(), nn.Sequential)
    assert not is_untouched(nn.Conv2d(2, 2, 1), Conv2d)
    assert not is_untouched(Conv2dAdaptivePadding(2, 2, 3), nn.Conv2d)  # other numbers by the same forward
    hooked = Conv2d(2, 2, 1)
    hooked.register_forward_hook(lambda *_: None)
    assert not is_untouched(hooked, nn.Conv2d)


def test_recomputing_does_not_count():
    layer = nn.Dropout2d()
    recompute_norms(layer)
    assert is_untouched(layer, nn.Dropout2d)
    changed = nn.Dropout2d()
    changed.forward = lambda x: x
    recompute_norms(changed)
    assert not is_untouched(changed, nn.Dropout2d)
