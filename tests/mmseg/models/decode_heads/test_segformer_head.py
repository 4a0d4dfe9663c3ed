"""The head of SegFormer."""
import pytest
import torch

from mmseg.models import SegformerHead

SAMPLES = {
    'two maps': {
        'model': {'decode_head': {'type': 'SegformerHead', 'in_index': (0, 3)}},
    },
    'aligned': {
        'model': {'decode_head': {'type': 'SegformerHead', 'in_index': (1, 3), 'align_corners': True}},
    },
    'nearest': {
        'model': {'decode_head': {'type': 'SegformerHead', 'in_index': (0, 3), 'interpolate_mode': 'nearest'}},
    },
}


def head(**options):
    return SegformerHead(in_channels=(4, 8), in_index=(0, 1), channels=8, num_classes=5, **options).eval()


def test_joined_map_is_never_made():
    inputs = [torch.randn(1, 4, 16, 24), torch.randn(1, 8, 8, 12)]
    fast, widths = head(), []
    slow = head(factored=False)
    slow.load_state_dict(fast.state_dict())
    for model in (fast, slow):
        model.fusion_conv.conv.register_forward_hook(lambda _, args, out: widths.append(args[0].shape[1]))
    torch.testing.assert_close(fast(inputs), slow(inputs))
    assert widths == [16, 16]  # a hook waits for the convolution: no fast way

    fast.fusion_conv.conv._forward_hooks.clear()
    torch.testing.assert_close(fast(inputs), slow(inputs))
    assert widths == [16, 16, 16]


def test_unknown_mode():
    with pytest.raises(ValueError, match="interpolate_mode is 'linear'"):
        head(interpolate_mode='linear')
