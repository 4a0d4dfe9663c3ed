"""The config as one text, and where each value of it was set."""

import pytest

from mmcv.config import Config, find_config


def test_print_config(call_tool, tmp_path):
    name = 'pspnet_r50-d8_512x1024_40k_cityscapes'
    done = call_tool('print_config', name, '--cfg-options', 'model.backbone.depth=18', cwd=tmp_path)
    cfg = Config.fromfile(find_config(name))
    cfg.merge_from_dict({'model.backbone.depth': 18})
    assert done.stdout == cfg.pretty_text


def test_print_config_with_origins(call_tool, tmp_path):
    (tmp_path / 'a.py').write_text("model = dict(\n    head=[dict(type='A')])\nn = (1, 2)\n")
    with pytest.warns(UserWarning, match='--options is deprecated: use --cfg-options'):
        done = call_tool('print_config', 'a.py', '--origin', '--options', 'n.1=3', cwd=tmp_path)
    assert done.stdout == "model.head[0].type = 'A'  # a.py:2\nn = (1, 3)  # a.py:3\n"


def test_print_config_fails_in_one_line(call_tool, tmp_path):
    (tmp_path / 'a.py').write_text('x = 1\ny = z')
    done = call_tool('print_config', 'a.py', cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: a.py:2: NameError: name 'z' is not defined\n"


def test_print_config_with_the_modules(call_tool, tmp_path):
    done = call_tool('print_config', 'pspnet_r18-d8_demo', '--graph', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '(decode_head): PSPHead(' in done.stdout
