"""The tools, started as a user starts them, on a data set of a few small images."""

import json
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from preloaded import preloaded_python

import mmcv
from mmseg.report.snapshot import read_snapshot

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope='session')
def trained(write_config, run_tool, tmp_path_factory):
    """One finished run, started from another folder than the checkout, that several tests look at."""

    folder = tmp_path_factory.mktemp('run')
    config = write_config(folder)
    done = run_tool('train', config, '--work-dir', 'out', '--seed', 3, '--cfg-options', 'evaluation.save_best=mIoU',
                    cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, config, done


def entries(folder):
    log = min(folder.glob('*.log.json'))
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_leaves_the_files_that_scripts_look_for(trained):
    out = trained[0] / 'out'
    names = {path.name for path in out.iterdir()}
    assert {'iter_3.pth', 'iter_6.pth', 'latest.pth', 'small.py', 'pictures'} <= names
    assert ('curves.png' in names) == (find_spec('matplotlib') is not None)
    assert [name for name in names if name.startswith('best_mIoU_iter_')]
    assert len(list((out / 'pictures').glob('*.png'))) == 5
    assert cv2.imread(str(next((out / 'pictures').glob('*.png')))).shape == (48, 3 * 64 + 8, 3)


def test_leaves_a_page_that_can_be_made_again_from_the_checkpoint(trained, call_tool, tmp_path):
    out = trained[0] / 'out'
    page = (out / 'report.html').read_text()
    assert 'iteration 6 of 6, evaluated' in page
    assert page.count('<article') >= 5  # five validation images: best or worst
    assert 'small.py:' in page  # where values were set
    assert not [line for line in trained[2].stderr.splitlines() if 'WARNING' in line and 'report.html' in line]
    folder = tmp_path / 'old'
    folder.mkdir()
    for file in (out / 'small.py', out / 'iter_6.pth', *out.glob('*.log.json')):
        shutil.copy(file, folder)
    done = call_tool('report', folder, '--evaluate')
    assert done.returncode == 0, done.stderr
    both = [read_snapshot(one) for one in (out, folder)]
    assert (both[0].pairs.total() == both[1].pairs.total()).all()
    assert both[0].metrics == {name: both[1].metrics[name] for name in both[0].metrics}
    assert both[0].calibration.counts == pytest.approx(both[1].calibration.counts)
    assert [one['index'] for one in both[0].shown] == [one['index'] for one in both[1].shown]


def test_the_first_iteration_is_reached_within_sixty_lines(trained):
    done = trained[2]
    for shown in (done.stderr, next((trained[0] / 'out').glob('*.log')).read_text()):
        before, reached, _ = shown.partition('Iter [')
        assert reached
        assert len(before.splitlines()) < 60
    assert done.stdout == ''


def test_log_json_has_a_line_an_interval(trained):
    lines = entries(trained[0] / 'out')
    train = [e for e in lines if e.get('mode') == 'train']
    assert [e['iter'] for e in train] == [2, 4, 6]
    assert {'mode', 'epoch', 'iter', 'lr', 'memory', 'data_time', 'decode.loss_ce', 'decode.acc_seg', 'aux.loss_ce',
            'aux.acc_seg', 'loss', 'time'} <= set(train[0])
    val = [e for e in lines if e.get('mode') == 'val']
    assert len(val) == 2
    assert {'mIoU', 'mAcc', 'aAcc', 'IoU.dark', 'IoU.middle', 'IoU.bright', 'Acc.dark'} <= set(val[0])


def test_checkpoint_holds_what_0_x_put_there(trained):
    checkpoint = torch.load(trained[0] / 'out' / 'iter_6.pth', weights_only=True)
    assert {'meta', 'state_dict', 'optimizer'} <= set(checkpoint)
    assert tuple(checkpoint['meta']['CLASSES']) == ('dark', 'middle', 'bright')
    assert checkpoint['meta']['iter'] == 6
    assert 'decode_head.bottleneck.conv.weight' in checkpoint['state_dict']


def test_dumped_config_trains_to_the_same_losses(trained, run_tool):
    folder, _, _ = trained
    again = run_tool('train', folder / 'out' / 'small.py', '--work-dir', folder / 'again', '--seed', 3, cwd=folder)
    assert again.returncode == 0, again.stderr
    losses = [[e['loss'] for e in entries(folder / name) if e.get('mode') == 'train'] for name in ('out', 'again')]
    assert losses[0] == losses[1]


def test_resume_goes_on_bit_for_bit(trained, run_tool):
    folder, config, _ = trained
    done = run_tool('train', config, '--work-dir', folder / 'resumed', '--resume-from', folder / 'out' / 'iter_3.pth',
                    '--no-validate', cwd=folder)  # with the seed of the run that it resumes
    assert done.returncode == 0, done.stderr
    whole, resumed = (torch.load(folder / name / 'iter_6.pth', weights_only=True)['state_dict']
                      for name in ('out', 'resumed'))
    assert all(torch.equal(whole[key], resumed[key]) for key in whole)


def test_auto_resume_of_a_finished_run_has_nothing_to_do(trained, call_tool, tmp_path):
    folder, config, _ = trained
    copy = shutil.copytree(folder / 'out', tmp_path / 'out', symlinks=True)  # in which it leaves a log and a config
    done = call_tool('train', config, '--work-dir', copy, '--auto-resume', '--no-validate', cwd=folder)
    assert done.returncode == 0, done.stderr
    assert 'iter_6.pth' in done.stdout + done.stderr


def test_evaluates_a_checkpoint(trained, call_tool, tmp_path):
    folder, config, _ = trained
    done = call_tool('test', config, folder / 'out' / 'iter_6.pth', '--eval', 'mIoU', 'mDice', 'mFscore', '--work-dir',
                    tmp_path / 'tested', '--show-dir', tmp_path / 'drawn', '--out', tmp_path / 'maps.pkl', cwd=folder)
    assert done.returncode == 0, done.stderr
    assert '| middle' in done.stdout + done.stderr
    report = json.loads(next((tmp_path / 'tested').glob('eval_single_scale_*.json')).read_text())
    last = [e for e in entries(folder / 'out') if e.get('mode') == 'val'][-1]
    assert report['metric']['mIoU'] == pytest.approx(last['mIoU'])
    assert {'mDice', 'mFscore', 'aAcc', 'Dice.dark', 'Fscore.dark'} <= set(report['metric'])
    assert len(list((tmp_path / 'drawn').rglob('*.png'))) == 5
    maps = mmcv.load(tmp_path / 'maps.pkl')
    assert [m.shape for m in maps] == [(48, 64)] * 5
    for suffix in ('npz', 'json'):
        done = call_tool('test', config, folder / 'out' / 'iter_6.pth', '--format-only', '--eval-options',
                        f'imgfile_prefix={tmp_path / "images"}', '--out', tmp_path / f'maps.{suffix}', cwd=folder)
        assert done.returncode == 0, done.stderr
        named = mmcv.load(tmp_path / f'maps.{suffix}')
        assert len(named) == 5
        for label_map, (name, again) in zip(maps, named.items()):
            image = Image.open((tmp_path / 'images' / name).with_suffix('.png'))
            assert image.mode == 'P'
            assert np.array_equal(image, label_map)
            assert np.array_equal(again, label_map)


def test_a_checkpoint_of_classes_in_another_order(trained, write_config, call_tool, tmp_path):
    config = write_config(tmp_path, "\ndata['test']['classes'] = ['bright', 'middle', 'dark']\n")
    done = call_tool('test', config, trained[0] / 'out' / 'latest.pth', '--eval', 'mIoU', cwd=tmp_path)
    assert done.returncode == 2
    assert 'error: the checkpoint was trained on [dark, middle, bright], and the data set has [bright, ' in done.stderr


def test_a_suffix_that_no_format_has(trained, call_tool):
    folder, config, _ = trained
    done = call_tool('test', config, folder / 'out' / 'iter_6.pth', '--out', 'maps.txt', cwd=folder)
    assert done.returncode == 2
    assert '--out maps.txt: the file has to end in .pkl, .pickle, .npz, .json' in done.stderr


def test_functions_do_what_the_tools_do(trained, tmp_path):
    folder, config, _ = trained
    code = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
from mmseg.apis import inference_segmentor, load_config, load_model, run_test, run_training, show_result_pyplot
cfg = load_config({str(config)!r})
before = cfg.pretty_text
model = run_training(cfg, work_dir='mine', seed=3)
metrics = run_test(cfg, 'mine/iter_6.pth', metrics=['mIoU'], show_dir='drawn', work_dir='tested', aug_test=True)
loaded = load_model(cfg, 'mine/latest.pth')
image = cfg.data.test.data_root + '/img/val/0.png'
maps = inference_segmentor(loaded, image)
show_result_pyplot(loaded, image, maps, out_file='one.png')
print(json.dumps([model.CLASSES, metrics['mIoU'], maps[0].shape, before == cfg.pretty_text]))
"""
    done = subprocess.run([preloaded_python(), '-c', code], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, 'OMP_NUM_THREADS': '1'})  # as the tool had: sums depend on the threads
    assert done.returncode == 0, done.stderr
    classes, miou, shape, same = json.loads(done.stdout.splitlines()[-1])
    assert (classes, shape, same) == (['dark', 'middle', 'bright'], [48, 64], True)
    ours, tools = (torch.load(path / 'iter_6.pth', weights_only=True)['state_dict']
                   for path in (tmp_path / 'mine', folder / 'out'))
    assert all(torch.equal(ours[key], tools[key]) for key in tools)
    report = json.loads(next((tmp_path / 'tested').glob('eval_multi_scale_*.json')).read_text())
    assert report['metric']['mIoU'] == miou
    assert len(list((tmp_path / 'drawn').rglob('*.png'))) == 5
    assert cv2.imread(str(tmp_path / 'one.png')).shape == (48, 64, 3)


def test_training_and_testing_give_their_metrics(trained, tmp_path):
    code = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
from mmseg import apis
config = {str(trained[1])!r}
found = apis.train(config, work_dir='mine', seed=3, **{{'runner.max_iters': 3, 'optimizer.lr': 0.02}})
tested = apis.test(config, 'mine/latest.pth', work_dir='tested', **{{'data.test.img_dir': 'img/val'}})
print(json.dumps([found['mIoU'], tested['mIoU'], list(apis.train(config, work_dir='other', validate=False))]))
"""
    done = subprocess.run([preloaded_python(), '-c', code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    trained_to, tested, without = json.loads(done.stdout.splitlines()[-1])
    assert 0 <= trained_to <= 1
    assert tested == pytest.approx(trained_to)
    assert without == []
    assert (tmp_path / 'mine/iter_3.pth').exists()
    assert not (tmp_path / 'mine/iter_6.pth').exists()


def test_augmented_test_averages_scales_and_flips(trained, call_tool, tmp_path):
    folder, config, _ = trained
    done = call_tool('test', config, folder / 'out' / 'iter_6.pth', '--aug-test', '--eval', 'mIoU', '--work-dir',
                     tmp_path, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob('eval_multi_scale_*.json'))


def test_deprecated_arguments_work_and_warn_once(write_config, run_tool, tmp_path):
    config = write_config(tmp_path)
    done = run_tool('train', config, '--options', 'runner.max_iters=1', '--gpu-ids', 0, '--gpus', 1, '--no-validate',
                    '--work-dir', tmp_path / 'out', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count('--options is deprecated') == 1
    assert done.stderr.count('--gpu-ids is deprecated') == 1


def test_another_mmcv_does_not_get_in_the_way(write_config, run_tool, tmp_path):
    other = tmp_path / 'site'
    for name in ('mmcv', 'mmseg'):
        (other / name).mkdir(parents=True)
        (other / name / '__init__.py').write_text('raise ImportError("the wrong one")')
    config = write_config(tmp_path)
    done = run_tool('train', config, '--no-validate', '--cfg-options', 'runner.max_iters=1', cwd=tmp_path,
                    env={'PYTHONPATH': str(other)})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'work_dirs' / 'small' / 'latest.pth').exists()
