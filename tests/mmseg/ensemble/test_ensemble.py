"""Several models together: the mean of their probabilities, written by the names of the labels, evaluated."""

import cv2
import numpy as np
import pytest
import torch

from mmcv.checkpoint import save_checkpoint
from mmcv.parallel import collate
from mmseg.assembly.load import load_config
from mmseg.assembly.loaders import build_test_loader
from mmseg.assembly.model import build_model
from mmseg.ensemble import Ensemble


@pytest.fixture(scope='module')
def two_models(demo_config, tmp_path_factory):
    """Paths of two checkpoints of the same narrow network with different weights."""
    folder = tmp_path_factory.mktemp('weights')
    for seed in (1, 2):
        torch.manual_seed(seed)
        model = build_model(load_config(str(demo_config)))
        model.init_weights()
        torch.nn.init.normal_(model.decode_head.conv_seg.weight)
        save_checkpoint(model, folder / f'{seed}.pth')
    return [str(folder / f'{seed}.pth') for seed in (1, 2)]


def test_the_label_is_that_of_the_mean_probability(demo_config, two_models):
    ensemble = Ensemble([(str(demo_config), path) for path in two_models])
    label_maps = [label_map for maps, _ in ensemble for label_map in maps]
    loader = build_test_loader(load_config(str(demo_config)), 'test')
    for label_map, sample in zip(label_maps, loader.dataset, strict=True):
        batch = collate([sample])
        with torch.no_grad():
            probs = [model.simple_test_logits(**batch)[0] for model in ensemble.models]
        assert np.array_equal(label_map, (probs[0] + probs[1]).argmax(0))
        assert not np.array_equal(label_map, probs[0].argmax(0))


def test_files_and_metrics(call_tool, demo_config, two_models, tmp_path):
    done = call_tool('model_ensemble', '--config', demo_config, demo_config, '--checkpoint', *two_models, '--aug-test',
                     '--out', 'out', '--eval', 'mIoU', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'mIoU' in done.stdout + done.stderr
    paths = sorted((tmp_path / 'out').iterdir())
    assert [path.name.endswith('_gtFine_labelTrainIds.png') for path in paths] == [True, True]
    assert cv2.imread(str(paths[0]), cv2.IMREAD_UNCHANGED).shape == (48, 96)


def test_configs_and_checkpoints_go_in_pairs(call_tool, demo_config, two_models, tmp_path):
    done = call_tool('model_ensemble', '--config', demo_config, '--checkpoint', *two_models, cwd=tmp_path)
    assert done.returncode == 2
    assert '--config names 1 models and --checkpoint 2' in done.stderr


def test_another_test_set_is_refused(call_tool, demo_config, two_models, tmp_path):
    other = tmp_path / 'other.py'
    other.write_text(f"_base_ = '{demo_config}'\ndata = dict(test=dict(img_dir='leftImg8bit/train', "
                     "ann_dir='gtFine/train'))\n")
    done = call_tool('model_ensemble', '--config', demo_config, other, '--checkpoint', *two_models, cwd=tmp_path)
    assert done.returncode == 2
    assert 'other.py: its test set has 4 images, that of the first config 2' in done.stderr
