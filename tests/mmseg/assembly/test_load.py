"""Configs as the tools read them."""

from mmseg.assembly.load import load_config


def test_numpy_values_behave_as_lists_and_numbers(tmp_path):
    path = tmp_path / 'cfg.py'
    path.write_text('import numpy as np\n'
                    'model = dict(class_weight=np.ones(2), num_classes=np.int64(2))\n'
                    'data = dict()\n'
                    'lr = np.float32(0.5)\noptimizer = dict(lr=lr)\n')
    cfg = load_config(str(path), {'data.size': (3, 4)})
    assert cfg.model.class_weight == [1.0, 1.0]
    assert type(cfg.model.num_classes) is int
    assert type(cfg.optimizer.lr) is float
    assert cfg.data.size == (3, 4)
