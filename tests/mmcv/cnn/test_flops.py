"""Counting multiplications."""

import io

import pytest
import torch
from torch import nn

from mmcv.cnn import Conv2d, NonLocal2d, get_model_complexity_info
from mmcv.cnn.flops import flops_to_string, params_to_string


def test_counts():
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Dropout()).train()
    out = io.StringIO()
    flops, params = get_model_complexity_info(model, (3, 10, 20), as_strings=False, ost=out)
    assert flops == 8 * 3 * 9 * 10 * 20
    assert params == 8 * 3 * 9 + 8
    assert 'convolution' in out.getvalue()
    assert model.training


def test_texts_and_own_input():
    class Named(nn.Linear):
        def forward(self, img):
            return super().forward(img)

    model = Named(1000, 2000)
    info = get_model_complexity_info(
        model, (1000,), print_per_layer_stat=False, input_constructor=lambda shape: {'img': torch.zeros(500, *shape)}
    )
    assert info == ('1.00 GFLOPs', '2.00 M')


def test_a_convolution_counts_the_same_in_any_way_it_is_done():
    model = Conv2d(256, 256, 3, padding=1, bias=False)
    counts = []
    for model.winograd in (True, False):
        counts.append(get_model_complexity_info(model, (256, 32, 32), print_per_layer_stat=False, as_strings=False)[0])
    assert counts == [32 * 32 * 9 * 256 * 256] * 2


def test_attention_counts():
    def count(mode):
        model = NonLocal2d(8, mode=mode, reduction=1)
        return get_model_complexity_info(model, (8, 5, 7), print_per_layer_stat=False, as_strings=False)[0]

    convolutions = 35 * 8 * 8
    assert count('embedded_gaussian') == 4 * convolutions + 2 * 35 * 35 * 8
    assert count('dot_product') == 4 * convolutions + 2 * 35 * 8 * 8


@pytest.mark.parametrize(('text', 'expected'), [
    (flops_to_string(6.54321e10, precision=3), '65.432 GFLOPs'), (flops_to_string(7.8e8, None), '780.0 MFLOPs'),
    (flops_to_string(4e3, 'KFLOPs'), '4.0 KFLOPs'), (flops_to_string(12, None), '12 FLOPs'),
    (params_to_string(3.21e7), '32.1 M'), (params_to_string(4.56e5), '456.0 k'), (params_to_string(7.89e2), '789.0'),
    (params_to_string(2e3, 'K'), '2.0 K'), (params_to_string(5, ''), '5')])
def test_numbers_with_units(text, expected):
    assert text == expected
