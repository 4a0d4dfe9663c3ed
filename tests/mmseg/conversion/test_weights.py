"""Weights of others to ours, file by file, and the tools that do it."""
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from mmcv.checkpoint import read_checkpoint
from mmseg.conversion.weights import convert_weights
from mmseg.models.layouts.poolformer import POOLFORMER
from mmseg.models.layouts.stdc import STDC1, STDC2
from mmseg.models.layouts.vit import VIT, VIT_JAX

TOOLS = Path(__file__).parents[3] / 'tools/model_converters'
OFFICIAL = {
    'network.0.0.layer_scale_1': torch.ones(4), 'norm.weight': torch.ones(8), 'head.weight': torch.ones(3, 8),
}


def run(tool, *args, monkeypatch):
    monkeypatch.setattr(sys, 'argv', [tool, *map(str, args)])
    runpy.run_path(str(TOOLS / f'{tool}.py'), run_name='__main__')


def test_written_as_we_have_them(tmp_path):
    torch.save({'model': OFFICIAL}, tmp_path / 'official.pth')
    assert convert_weights(tmp_path / 'official.pth', tmp_path / 'new/ours.pth', [VIT, POOLFORMER]) is POOLFORMER
    ours = read_checkpoint(tmp_path / 'new/ours.pth')
    assert set(ours) == {'network.0.0.layer_scale_1', 'norm6.weight'}
    with pytest.raises(ValueError, match=r"ours.pth: not laid out as timm's vision transformer is; its keys are"):
        convert_weights(tmp_path / 'new/ours.pth', tmp_path / 'again.pth', [VIT])
    assert not (tmp_path / 'again.pth').exists()


def test_arrays(tmp_path):
    query = 'Transformer/encoderblock_0/MultiHeadDotProductAttention_1/query/kernel'
    kernel = np.arange(16, dtype=np.float32).reshape(4, 2, 2)  # inputs, heads, outputs of a head
    arrays = {query.replace('query', name): kernel + 100 * i for i, name in enumerate(('query', 'key', 'value'))}
    np.savez(tmp_path / 'vit.npz', **{'embedding/kernel': np.zeros((2, 2, 3, 4), np.float32)}, **arrays)
    convert_weights(tmp_path / 'vit.npz', tmp_path / 'vit.pth', [VIT_JAX])
    ours = read_checkpoint(tmp_path / 'vit.pth')
    assert ours['patch_embed.projection.weight'].shape == (4, 3, 2, 2)
    weight = ours['layers.0.attn.attn.in_proj_weight']
    assert weight[:, 0].tolist() == [0, 1, 2, 3, 100, 101, 102, 103, 200, 201, 202, 203]
    assert weight.is_contiguous()


@pytest.mark.parametrize('choice', [[], ['STDC1']])
def test_tool(choice, tmp_path, monkeypatch, capsys):
    keys = [f'features.{i}.{"conv_list.0.conv" if i % 2 else "avd_layer.0"}.weight' for i in range(2, 8)]
    torch.save({key: torch.ones(1) for key in keys}, tmp_path / 'a.tar')
    run('stdc2mmseg', tmp_path / 'a.tar', tmp_path / 'b.pth', *choice, monkeypatch=monkeypatch)
    assert capsys.readouterr().out.endswith('a.tar, which are as the official STDC1 has them\n')
    ours = read_checkpoint(tmp_path / 'b.pth')
    assert list(ours) == [f'stages.{stage}.{part}.weight' for stage in (2, 3, 4)
                          for part in ('0.downsample.conv', '1.layers.0.conv')]


def test_tool_for_another_one(tmp_path, monkeypatch, capsys):
    torch.save(OFFICIAL, tmp_path / 'a.pth')
    with pytest.raises(SystemExit) as end:
        run('stdc2mmseg', tmp_path / 'a.pth', tmp_path / 'b.pth', 'STDC2', monkeypatch=monkeypatch)
    assert end.value.code == 2
    assert 'a.pth: not laid out as the official STDC2 is' in capsys.readouterr().err


@pytest.mark.parametrize('tool', sorted(path.stem for path in TOOLS.glob('*.py')))
def test_every_tool_says_what_it_does(tool, monkeypatch, capsys):
    with pytest.raises(SystemExit) as end:
        run(tool, '--help', monkeypatch=monkeypatch)
    assert end.value.code == 0
    assert 'src' in capsys.readouterr().out


def test_a_deeper_network_is_no_shallower_one(tmp_path):
    torch.save({f'features.{i}.avd_layer.0.weight': torch.ones(1) for i in (2, 6, 11)}, tmp_path / 'a.pth')
    assert convert_weights(tmp_path / 'a.pth', tmp_path / 'b.pth', [STDC1, STDC2]) is STDC2
