"""What a user can get wrong: one clear line, exit code 2, and nothing lost."""

import os
import shutil

import numpy as np
import pytest
import torch
from PIL import Image


def fails(done, *parts):
    """The tool ended with code 2 and one line on stderr that has all the parts."""

    lines = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1, done.stderr
    assert 'Traceback' not in done.stderr
    for part in parts:
        assert part in lines[0], lines[0]


@pytest.fixture
def broken_data(small_data, tmp_path):
    """A copy of the data that a test may spoil, and the options that point a config at it."""
    copy = shutil.copytree(small_data, tmp_path / 'data')
    return copy, [f'data.{split}.data_root={copy}' for split in ('train', 'val', 'test')]


def test_unknown_config_names_the_nearest(run_tool, tmp_path):
    """In a process of its own, as a user starts it; the tests below call the same in this one."""
    fails(run_tool('train', 'pspnet_r50-d8_512x1024_40k_cityscape', cwd=tmp_path),
          'pspnet_r50-d8_512x1024_40k_cityscape', "'cityscape' is no known data set (did you mean cityscapes?)")


@pytest.mark.parametrize(('more', 'parts'), [
    ("\nmodel['decode_head']['pool_scale'] = (1, 2)\n", ['model.decode_head.pool_scale', 'pool_scales']),
    ("\nmodel['decode_head']['type'] = 'PSPHed'\n", ['PSPHed', 'PSPHead']),
    ("\nmodel['backbone']['type'] = 'PSPHead'\n", ['PSPHead', 'backbone']),
    ('\noptimiser = dict(lr=1)\n', ['optimiser', 'optimizer']),
    ("\ntrain_pipeline[2]['img_scal'] = (3, 3)\n", ['img_scal', 'img_scale', 'small.py']),
    ("\ndata['smaples_per_gpu'] = 4\n", ['data.smaples_per_gpu', 'samples_per_gpu']),
    ("\noptimizer['lrr'] = 0.1\n", ['lrr', 'SGD']),
    ('\nlr_config = dict(powr=0.9)\n', ['powr', 'power']),
    ("\nlr_config = dict(policy='polly')\n", ['polly', 'poly']),
    ("\nevaluation = dict(metrik='mIoU')\n", ['metrik', 'metric']),
    ('\nrunner = dict(max_iter=5)\n', ['max_iter', 'max_iters']),
    ('\ncheckpoint_config = dict(intervall=5)\n', ['intervall', 'interval']),
    ("\noptimizer_config = dict(cumulative_iters='two')\n", ['cumulative_iters', "'two'"]),
    ("\noptimizer = dict(fused='yes')\n", ['small.py:', 'optimizer.fused', "'yes'", 'True or False']),
    ("\nmodel['decode_head']['num_classes'] = 19\n", ['num_classes', '19', '3']),
])
def test_misspelled_config(write_config, call_tool, tmp_path, more, parts):
    fails(call_tool('train', write_config(tmp_path, more), cwd=tmp_path), *parts)


BACKWARDS = ['bright', 'middle', 'dark']


@pytest.mark.parametrize(('more', 'parts'), [
    (f"data['train'] = [dict(data['train']), dict(data['train'], classes={BACKWARDS})]",
     ['data set 0 has [dark, middle, bright] and data set 1 has [bright, middle, dark]', 'the same `classes`']),
    (f"data['val']['classes'] = {BACKWARDS}",
     ['the model has [dark, middle, bright] and data.val has [bright, middle, dark]']),
    ("data['train']['classes'] = ['dark', 'bright', 'dark']", ["'dark' is listed twice, as class 0 and class 2"]),
])
def test_classes_that_do_not_go_together(write_config, call_tool, tmp_path, more, parts):
    fails(call_tool('train', write_config(tmp_path, f'\n{more}\n'), cwd=tmp_path), *parts)


def test_misspelled_option(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    fails(call_tool('train', config, '--cfg-options', 'model.decode_head.pool_scale=(1,2)', cwd=tmp_path),
          '--cfg-options', 'pool_scales')


def test_debug_shows_the_traceback(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    done = call_tool('train', config, '--debug', '--cfg-options', 'model.type=Nothing', cwd=tmp_path)
    assert done.returncode != 0
    assert 'Traceback' in done.stderr


def test_missing_data_root(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    fails(call_tool('train', config, '--cfg-options', 'data.train.data_root=/no/such/folder', cwd=tmp_path),
          '/no/such/folder')


def put_labels_out_of_range(data):
    path = data / 'ann' / 'train' / '4.png'
    label = np.array(Image.open(path))
    label[::2, 1::2] = 7
    label[1::2, ::2] = 7
    Image.fromarray(label).save(path)


def test_a_worker_that_finds_a_bad_label_ends_the_process(broken_data, write_config, run_tool, tmp_path):
    data, options = broken_data
    put_labels_out_of_range(data)
    fails(run_tool('train', write_config(tmp_path), '--no-validate', '--cfg-options', *options,
                   'data.workers_per_gpu=2', 'runner.max_iters=8', cwd=tmp_path), '4.png', '7', '3 classes')


@pytest.mark.parametrize('workers', [0, 2])
class TestSamples:

    def train(self, call_tool, write_config, tmp_path, options, workers):
        return call_tool('train', write_config(tmp_path), '--no-validate', '--cfg-options', *options,
                         f'data.workers_per_gpu={workers}', 'runner.max_iters=8', cwd=tmp_path)

    def test_label_out_of_range(self, broken_data, write_config, call_tool, tmp_path, workers):
        data, options = broken_data
        put_labels_out_of_range(data)
        fails(self.train(call_tool, write_config, tmp_path, options, workers), '4.png', '7', '3 classes')

    def test_missing_label(self, broken_data, write_config, call_tool, tmp_path, workers):
        data, options = broken_data
        (data / 'ann' / 'train' / '2.png').unlink()
        fails(self.train(call_tool, write_config, tmp_path, options, workers), '2.png')

    def test_truncated_image(self, broken_data, write_config, call_tool, tmp_path, workers):
        data, options = broken_data
        path = data / 'img' / 'train' / '6.png'
        path.write_bytes(path.read_bytes()[:-400])
        fails(self.train(call_tool, write_config, tmp_path, options, workers), '6.png')

    def test_size_mismatch(self, broken_data, write_config, call_tool, tmp_path, workers):
        data, options = broken_data
        path = data / 'ann' / 'train' / '1.png'
        Image.open(path).crop((0, 0, 30, 40)).save(path)
        fails(self.train(call_tool, write_config, tmp_path, options, workers), '1.png')


def test_validation_set_without_labels_is_noticed_before_training(broken_data, write_config, call_tool, tmp_path):
    data, options = broken_data
    (data / 'ann' / 'val' / '3.png').unlink()
    fails(call_tool('train', write_config(tmp_path), '--cfg-options', *options, cwd=tmp_path), '1 of 5 labels', '3.png')


def test_one_image_a_batch(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    fails(call_tool('train', config, '--no-validate', '--cfg-options', 'data.samples_per_gpu=1', cwd=tmp_path),
          'samples_per_gpu')


def test_checkpoint_of_another_architecture(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    torch.save({'state_dict': {'backbone.other.weight': torch.zeros(3)}}, tmp_path / 'other.pth')
    fails(call_tool('test', config, tmp_path / 'other.pth', '--eval', 'mIoU', cwd=tmp_path), 'other.pth',
          'backbone.other.weight')


@pytest.mark.parametrize('option', ['bootstrp=5', 'metric=mIoU', 'indices=[0]'])
def test_option_that_the_evaluation_does_not_take(write_config, call_tool, tmp_path, option):
    """Said before the checkpoint is even looked for: nobody waits through an inference for it."""
    config = write_config(tmp_path)
    fails(call_tool('test', config, 'missing.pth', '--eval', 'mIoU', '--eval-options', option, cwd=tmp_path),
          f"--eval-options {option.split('=')[0]}: ", 'takes no such option')


def test_checkpoint_that_is_missing_or_broken(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    (tmp_path / 'broken.pth').write_bytes(b'PK not really')
    for name in ('missing.pth', 'broken.pth'):
        fails(call_tool('test', config, tmp_path / name, '--eval', 'mIoU', cwd=tmp_path), name)
        fails(call_tool('train', config, '--resume-from', tmp_path / name, cwd=tmp_path), name)


def test_work_dir_that_cannot_be_written(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    (tmp_path / 'file').write_text('a file, not a folder')
    fails(call_tool('train', config, '--work-dir', tmp_path / 'file' / 'below', cwd=tmp_path), str(tmp_path / 'file'))


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write everywhere')
def test_read_only_work_dir(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    (tmp_path / 'locked').mkdir(mode=0o555)
    fails(call_tool('train', config, '--work-dir', tmp_path / 'locked' / 'run', cwd=tmp_path), 'locked')


def test_unknown_metric(write_config, call_tool, tmp_path):
    config = write_config(tmp_path)
    fails(call_tool('train', config, '--cfg-options', 'evaluation.metric=mIoo', cwd=tmp_path), 'mIoo', 'mIoU')
