"""A small model as a user exports and tests it, by the tools."""

import json

import numpy as np
import pytest
import torch
from export_packages import require_packages

from mmcv.checkpoint import save_checkpoint
from mmseg.apis import inference_segmentor, init_segmentor, load_config
from mmseg.assembly.model import load_trained


@pytest.fixture(scope='module')
def small_model(write_config, tmp_path_factory):
    """(config, checkpoint): it tells the three greys apart a little, by their brightness."""
    folder = tmp_path_factory.mktemp('model')
    config = write_config(folder, "\ndata['workers_per_gpu'] = 0\ndevice = 'cpu'\n")
    torch.manual_seed(0)
    model = load_trained(load_config(str(config)), None)
    model.init_weights()
    checkpoint = folder / 'small.pth'
    save_checkpoint(model, checkpoint, meta={'CLASSES': ('dark', 'middle', 'bright')})
    return config, checkpoint


def table(done, folder):
    assert done.returncode == 0, done.stderr
    report, = folder.glob('eval_*.json')
    return json.loads(report.read_text())['metric']


@pytest.mark.slow
@pytest.mark.parametrize(('format', 'suffix'), [('torch_export', 'pt2'), ('onnx', 'onnx'), ('openvino', 'xml')])
def test_an_exported_model_gives_the_same_table(format, suffix, small_model, call_tool, tmp_path):
    require_packages(format)
    config, checkpoint = small_model
    out = tmp_path / f'small.{suffix}'
    done = call_tool('export', config, checkpoint, '--format', format, '--dynamic', '--out', out)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('compared at') == 3
    assert ('opset 18' in done.stdout) == (format != 'torch_export')
    tables = []
    for name, weights in (('eager', checkpoint), ('exported', out)):
        folder = tmp_path / name
        tables.append(table(call_tool('test', config, weights, '--eval', 'mIoU', '--work-dir', folder), folder))
    assert tables[1] == pytest.approx(tables[0], abs=1e-3)


@pytest.mark.slow
def test_an_exported_model_where_a_model_is_wanted(small_model, call_tool, tmp_path):
    config, checkpoint = small_model
    out = tmp_path / 'small.pt'
    done = call_tool(
        'export', config, checkpoint, '--format', 'torchscript', '--with', 'normalize', 'argmax', '--out', out)
    assert done.returncode == 0, done.stderr
    images = np.random.RandomState(0).randint(0, 256, (2, 48, 64, 3)).astype(np.uint8)
    eager, exported = (init_segmentor(str(config), str(weights)) for weights in (checkpoint, out))
    assert list(exported.CLASSES) == ['dark', 'middle', 'bright']
    for expected, found in zip(*(inference_segmentor(model, list(images)) for model in (eager, exported))):
        assert (expected == found).mean() > 0.99


def test_mistakes(small_model, call_tool, tmp_path):
    config, checkpoint = small_model
    for given, message in (
        (['--format', 'torchscript', '--int8'], 'files of torchscript have no 8 bits'),
        (['--int8', '--half'], 'give one of them'),
        (['--format', 'openvino', '--out', tmp_path / 'small.onnx'], 'a file of openvino has to end in .xml'),
    ):
        done = call_tool('export', config, checkpoint, *given, cwd=tmp_path)
        assert done.returncode == 2
        assert message in done.stderr
        assert done.stderr.count('\n') == 1


def test_missing_images_for_int8_are_told_before_anything_is_written(small_model, call_tool, tmp_path):
    given = ['--int8', '--out', tmp_path / 'small.onnx', '--cfg-options']
    for split in ('train', 'val'):
        done = call_tool('export', *small_model, *given, f'data.{split}.img_dir=nowhere')
        assert done.returncode == 2
        assert 'nowhere' in done.stderr.splitlines()[-1]
        assert done.stdout == ''


@pytest.mark.parametrize('format', ['onnx', 'openvino'])
def test_int8(format, small_model, call_tool, tmp_path):
    require_packages(format, *(['nncf', 'onnxruntime'] if format == 'openvino' else []))
    config, checkpoint = small_model
    out = tmp_path / f'small.{"onnx" if format == "onnx" else "xml"}'
    done = call_tool('export', config, checkpoint, '--format', format, '--int8', '--calibrate', 4, '--out', out)
    assert done.returncode == 0, done.stderr
    assert f'{out}: input (N, 3, H, W) float32 to logits' in done.stdout
    assert 'int8: mIoU ' in done.stdout
    assert 'by 4 images of the training data' in done.stdout
    table(call_tool('test', config, out, '--eval', 'mIoU', '--work-dir', tmp_path / 'out'), tmp_path / 'out')


def test_command_line_for_torchscript_of_0x(small_model, call_tool, tmp_path):
    config, checkpoint = small_model
    out = tmp_path / 'tmp.pt'
    done = call_tool('pytorch2torchscript', config, '--checkpoint', checkpoint, '--output-file', out, '--shape', 48, 64,
                     '--verify')
    assert done.returncode == 0, done.stderr
    assert torch.jit.load(out)(torch.zeros(1, 3, 48, 64)).shape == (1, 3, 48, 64)


def test_command_line_for_onnx_of_0x(small_model, call_tool, tmp_path):
    require_packages('onnx')
    import onnxruntime

    config, checkpoint = small_model
    out = tmp_path / 'tmp.onnx'
    done = call_tool('pytorch2onnx', config, '--checkpoint', checkpoint, '--output-file', out, '--shape', 48, 64,
                     '--verify', '--opset-version', 11)
    assert done.returncode == 0, done.stderr
    labels, = onnxruntime.InferenceSession(out).run(None, {'input': np.zeros((1, 3, 48, 64), np.float32)})
    assert labels.shape == (1, 48, 64)


def test_command_line_for_onnx_of_0x_with_all_its_options(small_model, small_data, call_tool, tmp_path, monkeypatch):
    require_packages('onnx')
    monkeypatch.setenv('MPLBACKEND', 'agg')
    config, checkpoint = small_model
    out, image = tmp_path / 'tmp.onnx', small_data / 'img' / 'val' / '0.png'
    options = ['--checkpoint', checkpoint, '--output-file', out, '--input-img', image, '--show', '--verify',
               '--rescale_shape', 40, 60, '--cfg-options', 'model.test_cfg.mode=whole']
    for size, taken in ((['--shape', 32], '1x3x32x32'), (['--dynamic-export'], 'Nx3xHxW'), ([], '1x3x48x64')):
        done = call_tool('pytorch2onnx', config, *options, *size)
        assert done.returncode == 0, done.stderr
        assert '0.png: 0.0000% of the labels differ' in done.stdout
        assert f'float[{taken.replace("x", ",")}] input' in done.stdout  # of the graph
    assert call_tool('pytorch2onnx', config, *options, '--input-img', tmp_path / 'none.png').stderr.count('\n') == 1
