"""From ``model`` of a config to a segmentor."""

import numpy as np
import pytest
import torch

from mmcv.runner import save_checkpoint
from mmcv.utils import ConfigError
from mmseg.assembly.model import build_model, load_trained
from mmseg.datasets import CamVidDataset, CustomDataset
from mmseg.settings import Settings


class Scenes(CustomDataset):
    """Three labels of 4 pixels, of which class 0 has most."""

    CLASSES, PALETTE = ['a', 'b', 'c'], [[0, 0, 0], [9, 9, 9], [5, 5, 5]]

    def __init__(self):
        self.ignore_index = 255

    def __len__(self):
        return 3

    def eval_label(self, index):
        return torch.tensor([[0, 0], [0, index]]).numpy()


@pytest.fixture
def three(cfg):
    cfg.merge_from_dict({'model.decode_head.num_classes': 3, 'model.auxiliary_head.num_classes': 3})
    return cfg


def test_it_has_the_classes_of_the_data_set(three):
    model = build_model(three, Scenes())
    assert (model.CLASSES, model.PALETTE) == (Scenes.CLASSES, Scenes.PALETTE)
    assert build_model(three).CLASSES is None


@pytest.mark.parametrize('part', ['decode_head', 'auxiliary_head'])
def test_another_number_of_classes_is_refused(three, part):
    three.merge_from_dict({f'model.{part}.num_classes': 5})
    with pytest.raises(ConfigError, match=f'--cfg-options: model.{part}.num_classes is 5, but the data set has 3'):
        build_model(three, Scenes())


def test_one_of_several_heads_with_another_number_is_refused(three):
    heads = [dict(three.model.auxiliary_head), dict(three.model.auxiliary_head, num_classes=4)]
    three.merge_from_dict({'model.auxiliary_head': heads})
    with pytest.raises(ConfigError, match='model.auxiliary_head.num_classes is 4, but the data set has 3'):
        build_model(three, Scenes())


def test_a_head_that_makes_labels_of_its_own_has_classes_of_its_own(three):
    borders = dict(three.model.auxiliary_head, type='STDCHead', num_classes=2)
    three.merge_from_dict({'model.auxiliary_head': [borders, dict(three.model.auxiliary_head)]})
    assert [head.num_classes for head in build_model(three, Scenes()).auxiliary_head] == [2, 3]


def test_weights_of_classes_are_counted_and_the_config_stays(three):
    three.merge_from_dict({'model.decode_head.loss_decode.class_weight': 'auto'})
    weights = build_model(three, Scenes()).decode_head.loss_decode.class_weight
    assert len(weights) == 3
    assert weights[0] < weights[1] == weights[2]
    assert three.model.decode_head.loss_decode.class_weight == 'auto'


def test_labels_are_read_once_for_the_losses_of_several_heads(three):
    read = []

    class Recorded(Scenes):
        def eval_label(self, index):
            read.append(index)
            return super().eval_label(index)

    heads = 'decode_head', 'auxiliary_head'
    three.merge_from_dict({f'model.{head}.loss_decode.class_weight': 'auto' for head in heads})
    model = build_model(three, Recorded())
    assert read == [0, 1, 2]
    assert len(model.auxiliary_head.loss_decode.class_weight) == 3
    assert model.auxiliary_head.loss_decode.class_weight == model.decode_head.loss_decode.class_weight


def test_features_are_kept_of_a_frozen_backbone_only(three, tmp_path):
    three.merge_from_dict({'feature_cache': {'dir': str(tmp_path)}})
    with pytest.raises(ConfigError, match='feature_cache: the backbone is still trained: set model.backbone.fr'):
        build_model(three, Scenes())
    three.merge_from_dict({'model.backbone.frozen_stages': 4})
    model = build_model(three, Scenes())
    assert model.feature_cache.backbone is model.backbone
    assert model.feature_cache.folder == tmp_path
    assert load_trained(three, None).feature_cache is None


def test_predicting_counts_no_weights(three):
    three.merge_from_dict({'model.decode_head.loss_decode.class_weight': 'auto'})
    assert load_trained(three, None).decode_head.loss_decode.class_weight is None
    assert three.model.decode_head.loss_decode.class_weight == 'auto'


def test_predicting_asks_for_no_file_of_weights_of_classes(three):
    three.merge_from_dict({'model.decode_head.loss_decode.class_weight': 'nowhere/weights.npy'})
    with pytest.raises(ValueError, match='nowhere/weights.npy'):
        build_model(three)
    assert load_trained(three, None).decode_head.loss_decode.class_weight is None


@pytest.mark.parametrize('start', [{}, {'pretrained': True}, {'checkpoint_path': 'nowhere.pth'}])
def test_predicting_asks_for_no_weights_that_timm_starts_from(three, start, monkeypatch):
    pytest.importorskip('timm')
    three.model.backbone = dict(type='TIMMBackbone', model_name='test_resnet', out_indices=(1, 4), **start)
    three.model.auxiliary_head.update(in_index=0, in_channels=32)
    three.model.decode_head.update(in_index=1, in_channels=96)
    model = load_trained(three, None)
    assert not model.backbone.is_loaded
    assert model.eval().encode_decode(torch.rand(1, 3, 32, 32), []).shape == (1, 3, 32, 32)


def test_settings_do_as_well_as_their_config(three):
    assert build_model(Settings.of(three)).state_dict().keys() == build_model(three).state_dict().keys()


def test_a_trained_one_asks_for_no_other_weights_and_takes_the_classes_of_its_checkpoint(three, tmp_path):
    three.model.pretrained = 'no/such/file.pth'
    source = build_model(three)
    path = str(tmp_path / 'a.pth')
    save_checkpoint(source, path, meta={'CLASSES': ['x', 'y', 'z'], 'PALETTE': [[1, 1, 1]] * 3})
    model = load_trained(three, path, Scenes(), strict=True)
    assert model.CLASSES == ['x', 'y', 'z']
    for key, value in source.state_dict().items():
        assert torch.equal(model.state_dict()[key], value)
    assert three.model.pretrained == 'no/such/file.pth'


def test_a_checkpoint_without_classes(three, tmp_path):
    path = str(tmp_path / 'a.pth')
    save_checkpoint(build_model(three), path)
    assert load_trained(three, path).CLASSES is None  # the config's data set has eleven
    assert load_trained(three, path, Scenes()).CLASSES == Scenes.CLASSES


@pytest.mark.parametrize('key', ['model.decode_head.factored', 'model.auxiliary_head.fused', 'model.backbone.with_cp'])
def test_switches_of_the_model_are_refused_where_it_is_built(cfg, key):
    cfg.merge_from_dict({key: 'no'})
    with pytest.raises(ConfigError, match=f"--cfg-options: {key}: .*: use True or False, not 'no'"):
        build_model(cfg)


def test_switches_of_several_heads_are_checked_too(cfg):
    heads = [dict(cfg.model.auxiliary_head), dict(cfg.model.auxiliary_head, fused='no')]
    cfg.merge_from_dict({'model.auxiliary_head': heads})
    with pytest.raises(ConfigError, match=r'model.auxiliary_head\[1\].fused: FCNHead: use True or False'):
        build_model(cfg)


def test_classes_and_colours_of_a_checkpoint_may_be_arrays(three, tmp_path):
    model, path = build_model(three), str(tmp_path / 'a.pth')
    save_checkpoint(model, path, meta={'CLASSES': np.array(['x', 'y', 'z']), 'PALETTE': np.eye(3)})
    loaded = load_trained(three, path, Scenes())
    assert list(loaded.CLASSES) == ['x', 'y', 'z']
    shown = loaded.show_result(np.zeros((1, 3, 3), np.uint8), [np.array([[0, 1, 2]])], opacity=1)
    assert shown.tolist() == [[[0, 0, 255], [0, 255, 0], [255, 0, 0]]]
    save_checkpoint(model, path, meta={'CLASSES': [], 'PALETTE': None})
    loaded = load_trained(three, path, Scenes())
    assert (loaded.CLASSES, loaded.PALETTE) == (Scenes.CLASSES, Scenes.PALETTE)


class TestNamesOfTrainedModels:
    """Where a checkpoint names no classes, nothing is made up."""

    @pytest.fixture
    def saved(self, cfg, tmp_path):
        def save(meta=None, plain=False):
            weights = build_model(cfg).state_dict()
            torch.save(weights if plain else {'state_dict': weights, 'meta': meta or {}}, tmp_path / 'c.pth')
            return load_trained(cfg, str(tmp_path / 'c.pth'))
        return save

    @pytest.mark.parametrize('meta', [
        {'CLASSES': list('abcdefghijk'), 'PALETTE': [[1, 2, 3]] * 11},
        {'dataset_meta': {'classes': tuple('abcdefghijk'), 'palette': [[1, 2, 3]] * 11}},
        {'dataset_meta': {'CLASSES': tuple('abcdefghijk'), 'PALETTE': [[1, 2, 3]] * 11}},
    ])
    def test_those_of_the_checkpoint(self, saved, meta):
        model = saved(meta)
        assert list(model.CLASSES) == list('abcdefghijk')
        assert model.PALETTE == [[1, 2, 3]] * 11

    @pytest.mark.parametrize('names', [11, 'abc', set('abc')])
    def test_what_is_no_list_is_no_names(self, saved, names):
        assert saved({'CLASSES': names, 'PALETTE': names}).CLASSES == CamVidDataset.CLASSES

    @pytest.mark.parametrize('plain', [True, False])
    def test_else_those_of_the_data_set(self, saved, plain):
        model = saved(plain=plain)
        assert model.CLASSES == CamVidDataset.CLASSES
        assert model.PALETTE == CamVidDataset.PALETTE

    def test_else_none(self, cfg, saved):
        cfg.model.decode_head.num_classes = cfg.model.auxiliary_head.num_classes = 4
        model = saved()
        assert model.CLASSES is None
        assert model.PALETTE is None

    def test_of_the_config_and_of_wrapped_data_sets(self, cfg, saved):
        names = list('abcdefghijk')
        cfg.data.test = dict(type='RepeatDataset', times=2, dataset=dict(cfg.data.test, classes=names))
        model = saved()
        assert list(model.CLASSES) == names
        assert model.PALETTE is None  # the colours of other names are none of theirs

    def test_a_file_of_names_that_is_not_here(self, cfg, saved):
        cfg.data.test.classes = 'elsewhere/names.txt'
        assert saved().CLASSES == CamVidDataset.CLASSES
