"""configs/_base_/fast.py as a user inherits it: trained, resumed without it, and tested with and without it,
with the device that a run on a machine with GPUs leaves in its config."""

import warnings

import numpy as np
import pytest
import torch

FAST = """

_base_ = ['{plain}', '{root}/configs/_base_/fast.py']
compile = dict(_delete_=True, backend='eager')  # as inductor does, without its minutes of C++ compilation
optimizer = dict(fused=True)
"""


@pytest.mark.slow
def test_fast_run_leaves_a_checkpoint_for_every_config(write_config, run_tool, call_tool, tmp_path, request):
    plain = write_config(tmp_path)
    fast = tmp_path / 'fast.py'
    fast.write_text(FAST.format(plain=plain, root=request.config.rootpath))
    done = run_tool('train', fast, '--work-dir', tmp_path / 'run', '--seed', 3, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    checkpoint = tmp_path / 'run' / 'iter_6.pth'
    assert not [key for key in torch.load(checkpoint, weights_only=True)['state_dict'] if '_orig_mod' in key]
    done = run_tool('train', plain, '--work-dir', tmp_path / 'resumed', '--no-validate', '--resume-from',
                    tmp_path / 'run' / 'iter_3.pth', '--cfg-options', 'runner.max_iters=4', cwd=tmp_path)
    assert done.returncode == 0, done.stderr

    maps = []
    for config in (plain, fast):
        out = tmp_path / f'{config.stem}.pkl'
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            done = call_tool('test', config, checkpoint, '--out', out, '--cfg-options', 'device=cuda', cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        said = [warning for warning in caught if "device is 'cuda' in the config" in str(warning.message)]
        assert len(said) == (not torch.cuda.is_available())
        maps.append(np.stack(np.load(out, allow_pickle=True)))
    assert (maps[0] == maps[1]).mean() > 0.995
