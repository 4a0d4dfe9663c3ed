"""A run out of a config: what is decided before its first iteration."""

import pytest
import torch

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmcv.utils.env import BUILD_DETAILS
from mmseg.apis import run_training, train_segmentor, training
from mmseg.assembly.model import build_model
from mmseg.settings import Settings


class Begins(Exception):
    """A runner would."""


@pytest.fixture
def begin(monkeypatch, tmp_path, cfg):
    """``begin(**arguments)``: the settings with which ``run_training`` would build its runner."""
    def stop(model, datasets, settings, distributed, validate, timestamp, meta):
        raise Begins(settings, meta)

    class Three(list):
        CLASSES, PALETTE = list('abcdefghijk'), [[0, 0, 0]] * 11

    class Plain(torch.nn.Linear):
        def __init__(self):
            super().__init__(1, 1)

        def init_weights(self):
            pass

    monkeypatch.setattr('mmseg.apis.training._train', stop)
    monkeypatch.setattr('mmseg.apis.training.build_train_datasets', lambda settings: [Three()])
    monkeypatch.setattr('mmseg.apis.training.build_model', lambda settings, dataset: Plain())
    monkeypatch.setattr('mmseg.apis.training.collect_env', lambda: {'GPU 0': 'one of which torch knows nothing'})
    monkeypatch.chdir(tmp_path)

    def run(config=cfg, **arguments):
        with pytest.raises(Begins) as began:
            run_training(config, **arguments)
        return began.value.args

    return run


def test_the_cpu_of_a_config_is_honoured_where_there_is_a_gpu(begin, gpus):
    gpus(1)
    settings, _ = begin()
    assert settings.device.type == 'cpu'
    assert settings.config.device == 'cpu'


def test_the_caller_wins_over_the_config(begin, gpus, cfg):
    gpus(2)
    settings, _ = begin(device='cuda:1')
    assert (settings.device.type, settings.device.index, settings.gpu_ids) == ('cuda', 1, [1])
    assert settings.config.device == 'cuda'
    assert cfg.device == 'cpu'


def test_the_work_dir_holds_the_config_and_the_log(begin, cfg, tmp_path):
    settings, meta = begin(seed=5)
    folder = tmp_path / 'work_dirs' / 'pspnet_r18-d8_360x480_20k_camvid'
    assert settings.work_dir == str(folder.relative_to(tmp_path))
    assert Config.fromfile(folder / f'{folder.name}.py').model == cfg.model
    assert 'device: cpu, seed: 5, deterministic: False' in next(folder.glob('*.log')).read_text()
    assert (meta['seed'], meta['exp_name']) == (5, f'{folder.name}.py')
    assert 'seed' not in cfg


@pytest.mark.parametrize('verbose', [False, True])
def test_the_log_shows_the_whole_config_if_asked(begin, cfg, tmp_path, monkeypatch, verbose):
    monkeypatch.setattr('mmseg.apis.training.collect_env', lambda: {BUILD_DETAILS: 'in many lines', 'a': 'b'})
    _, meta = begin(verbose=verbose)
    text = max(tmp_path.rglob('*.log'), key=lambda path: path.stat().st_mtime_ns).read_text()
    assert 'Config: work_dirs/pspnet_r18-d8_360x480_20k_camvid/pspnet_r18-d8_360x480_20k_camvid.py' in text
    assert ('model = dict(' in text, 'in many lines' in text) == (verbose, verbose)
    assert 'in many lines' in meta['env_info']


@pytest.mark.parametrize(('of_config', 'argument', 'expected'), [(None, 7, 7), (3, None, 3), (3, 0, 0)])
def test_the_seed(begin, cfg, of_config, argument, expected):
    cfg.seed = of_config
    assert begin(seed=argument)[0].seed == expected


def test_a_seed_is_drawn_where_nobody_gives_one(begin):
    assert begin()[0].seed != begin()[0].seed


def test_the_name_of_a_config_will_do(begin, cfg):
    settings, _ = begin(config='pspnet_r18-d8_demo')
    assert settings.name == 'pspnet_r18-d8_demo'


def test_arguments_win_over_the_config(begin, cfg):
    cfg.merge_from_dict({'work_dir': 'a', 'load_from': 'b.pth'})
    assert (begin()[0].work_dir, begin()[0].load_from) == ('a', 'b.pth')
    settings, _ = begin(work_dir='c', load_from='d.pth')
    assert (settings.work_dir, settings.load_from) == ('c', 'd.pth')


def test_weights_that_nobody_published_are_told_before_anything_is_built(begin):
    with pytest.raises(ConfigError, match="no weights were published for it, so there is no checkpoint 'zoo'"):
        begin(load_from='zoo')


def test_configs_that_come_from_code_are_checked_too(cfg):
    cfg.channels_last = 'no'
    with pytest.raises(ConfigError, match="channels_last is 'no': use True, False or 'auto'"):
        train_segmentor(build_model(cfg), [], cfg)


@pytest.mark.parametrize('key', ['runner', 'optimizer'])
def test_a_section_that_is_missing_is_named(cfg, key):
    del cfg[key]
    with pytest.raises(ConfigError, match=rf'camvid.py: `{key} = dict\(...\)` is missing'):
        train_segmentor(build_model(cfg), [], cfg)


def test_training_recomputes_norms(cfg, monkeypatch):
    class Built(Exception):
        """A runner would begin."""

    def build(runner, default_args):
        raise Built(default_args['model'].module)

    monkeypatch.setattr('mmseg.apis.training.build_runner', build)
    cfg.merge_from_dict({'device': 'cpu', 'work_dir': '.'})
    with pytest.raises(Built) as built:
        train_segmentor(build_model(cfg), [], cfg)
    model, = built.value.args
    assert 'forward' in vars(model.backbone.layer1[0].norm1)


@pytest.mark.parametrize(('given', 'expected'), [
    ({}, 'AmpOptimizerHook'),
    ({'type': 'OptimizerHook'}, 'AmpOptimizerHook'),
    ({'type': 'GradientCumulativeOptimizerHook', 'cumulative_iters': 2}, 'AmpOptimizerHook'),
    ({'type': 'GradientCumulativeFp16OptimizerHook'}, 'GradientCumulativeFp16OptimizerHook'),
])
def test_amp_holds_whatever_plain_hook_the_config_names(cfg, given, expected):
    cfg.merge_from_dict({'amp': {'dtype': 'bfloat16'}, 'optimizer_config': {'_delete_': True, **given}})
    config = training._optimizer_config(Settings.of(cfg))
    assert config['type'] == expected
    assert ('dtype' in config) == (expected == 'AmpOptimizerHook')
    assert config.get('cumulative_iters') == given.get('cumulative_iters')


def test_a_model_that_takes_no_steps_is_refused(cfg):
    with pytest.raises(ConfigError, match='training: Linear lacks train_step: see TakesSteps'):
        train_segmentor(torch.nn.Linear(1, 1), [], cfg)
