"""Weights as safetensors, with what a checkpoint says beside them."""

import pytest
import torch

from mmcv.checkpoint import CheckpointError, load_checkpoint, read_checkpoint, write_safe_tensors

pytest.importorskip('safetensors')
META = {'CLASSES': ['a', 'b'], 'PALETTE': [[0, 0, 0], [9, 9, 9]]}


def test_what_was_written_comes_back(tmp_path):
    shared = torch.arange(6.0).reshape(2, 3)
    weights = {'a': shared, 'b': shared.t(), 'n': torch.tensor(3)}
    write_safe_tensors(weights, tmp_path / 'w.safetensors', META)
    read = read_checkpoint(tmp_path / 'w.safetensors')
    assert read['meta'] == META
    assert list(read['state_dict']) == ['a', 'b', 'n']
    assert all(torch.equal(read['state_dict'][key], value) for key, value in weights.items())


def test_a_model_loads_it(tmp_path):
    one, other = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    write_safe_tensors(one.state_dict(), tmp_path / 'w.safetensors', META)
    assert load_checkpoint(other, tmp_path / 'w.safetensors', strict=True)['meta']['CLASSES'] == ['a', 'b']
    assert torch.equal(one.weight, other.weight)


def test_a_file_of_others_has_no_meta(tmp_path):
    from safetensors.torch import save_file

    save_file({'a': torch.ones(2)}, tmp_path / 'w.safetensors', {'format': 'pt', 'meta': 'no json'})
    assert read_checkpoint(tmp_path / 'w.safetensors')['meta'] == {}


def test_a_damaged_file_is_one_line(tmp_path):
    path = tmp_path / 'w.safetensors'
    write_safe_tensors({'a': torch.ones(99)}, path, {})
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(CheckpointError, match=r'w\.safetensors: damaged'):
        read_checkpoint(path)
