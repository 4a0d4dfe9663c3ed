"""Both figures: what runs, and what the plain model would cost."""

import re


def test_counts_the_factored_and_the_plain_model(call_tool):
    done = call_tool('get_flops', 'pspnet_r50-d8_512x1024_40k_cityscapes', '--shape', '512', '1024')
    assert done.returncode == 0, done.stderr
    factored, plain = map(float, re.findall(r'([\d.]+) GFLOPs', done.stdout))
    assert '48.98 M' in done.stdout
    assert 356 < plain < 357
    assert 0.77 < factored / plain < 0.80


def test_a_wrong_shape_is_one_line(call_tool):
    done = call_tool('get_flops', 'pspnet_r18-d8_demo', '--shape', '1', '2', '3')
    assert done.returncode == 2
    assert done.stderr == 'error: --shape is [1, 2, 3]; give a height and a width in pixels, or one number for both\n'


def test_images_of_one_channel(call_tool):
    done = call_tool('get_flops', 'pspnet_r18-d8_demo', '--shape', '64', '--cfg-options',
                     'model.backbone.in_channels=1')
    assert done.returncode == 0, done.stderr
    assert 'Input: (1, 64, 64)' in done.stdout
