"""tools/predict.py as a user calls it."""

import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from mmseg.apis import inference_segmentor, init_segmentor
from mmseg.inference import Video


def read(path):
    return np.array(Image.open(path))


def predicted(path, model):
    return inference_segmentor(model, path)[0]


def test_files_folders_and_patterns(short, picture, call_tool, tmp_path):
    one, deep, other = picture('a.png'), picture('set/x/b.jpg', seed=1), picture('set/c.png', 60, 70, seed=2)
    (tmp_path / 'set/notes.txt').write_text('no image')
    done = call_tool('predict', *short, one, tmp_path / 'set', f'{tmp_path}/**/c.*', '--out', 'out', '--save', 'mask',
                     'overlay', 'probability', 'confidence', '--batch-size', 2, '--device', 'cpu', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '3 of 3 predicted: out' in done.stdout
    model = init_segmentor(*short, device='cpu')
    for name, path in (('a', one), ('x/b', deep), ('c', other)):
        labels, (probability,) = inference_segmentor(model, path, return_probability=True)
        mask = Image.open(tmp_path / f'out/mask/{name}.png')
        assert mask.mode == 'P'
        assert mask.getpalette()[:6] == [0, 255, 7, 20, 254, 7]
        assert (np.array(mask) == labels[0]).all()
        stored = np.load(tmp_path / f'out/probability/{name}.npz')['probability']
        assert stored.dtype == np.float16
        np.testing.assert_allclose(stored, probability, atol=1e-3)
        confidence = read(tmp_path / f'out/confidence/{name}.png')
        np.testing.assert_allclose(confidence, probability.max(axis=0) * 255, atol=0.51)
        assert read(tmp_path / f'out/overlay/{name}.jpg').shape == (*labels[0].shape, 3)
    assert len(list((tmp_path / 'out').rglob('*.*'))) == 12


def test_an_exported_model(short, picture, call_tool, tmp_path):
    image = picture('a.png', 128, 160)
    done = call_tool('export', *short, '--format', 'torchscript', '--out', tmp_path / 'model.pt')
    assert done.returncode == 0, done.stderr
    for tile in ('auto', '64x96'):
        masks = []
        for weights in (short[1], tmp_path / 'model.pt'):
            done = call_tool('predict', short[0], weights, image, '--out', tmp_path / 'out', '--save', 'mask', '--tile',
                             tile, '--device', 'cpu')
            assert done.returncode == 0, done.stderr
            masks.append(read(tmp_path / 'out/mask/a.png'))
        assert (masks[0] == masks[1]).mean() > 0.999


def test_the_checkpoints_own_config(short, picture, call_tool, tmp_path):
    image = picture('a.png')
    done = call_tool('predict', short[1], image, '--out', tmp_path / 'out')
    assert done.returncode == 0, done.stderr
    assert (read(tmp_path / 'out/mask/a.png') == predicted(image, init_segmentor(*short, device='cpu'))).all()


def test_a_config_in_a_checkpoint_is_never_run(short, picture, call_tool, tmp_path):
    checkpoint = torch.load(short[1], weights_only=True)
    trap = tmp_path / 'trap'
    checkpoint['meta']['config'] += f'\nmodel = __import__("os").mkdir("{trap}")\n'
    torch.save(checkpoint, short[1])
    done = call_tool('predict', short[1], picture('a.png'))
    assert done.returncode == 2
    assert 'of the config in it is no plain data, and is not run' in done.stderr
    assert not trap.exists()


def test_a_checkpoint_without_a_config(short, picture, call_tool, tmp_path):
    torch.save({'state_dict': {'a': torch.zeros(1)}}, tmp_path / 'bare.pth')
    done = call_tool('predict', tmp_path / 'bare.pth', picture('a.png'))
    assert done.returncode == 2
    assert done.stderr.count('\n') == 1
    assert 'bare.pth: this checkpoint holds no config: give one before it' in done.stderr


@pytest.mark.parametrize('name', ['net.onnx', 'net.xml', 'net.pt2', 'net.pt'])
def test_an_exported_model_without_a_config(name, picture, call_tool, tmp_path):
    torch.jit.save(torch.jit.trace(torch.nn.ReLU(), torch.zeros(1)), tmp_path / name)
    done = call_tool('predict', tmp_path / name, picture('a.png'))
    assert done.returncode == 2
    assert done.stderr.endswith(f'{name}: an exported model holds no config: give that of the model before it\n')


def test_one_bad_file_is_named_and_the_others_are_done(short, picture, call_tool, tmp_path):
    good = [picture('a.png'), picture('z.jpg', seed=3)]
    bad = tmp_path / 'bad.png'
    bad.write_bytes(b'this is text')
    cut = tmp_path / 'cut.jpg'
    cut.write_bytes((tmp_path / 'z.jpg').read_bytes()[:700])
    done = call_tool('predict', *short, good[0], bad, cut, good[1], '--out', tmp_path / 'out', '--batch-size', 4)
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert [str(bad) in errors[0], str(cut) in errors[1], len(errors)] == [True, True, 2]
    assert sorted(path.name for path in (tmp_path / 'out/mask').iterdir()) == ['a.png', 'z.png']


def test_a_missing_file_is_named_and_the_others_are_done(short, picture, call_tool, tmp_path):
    (tmp_path / 'empty').mkdir()
    missing = [tmp_path / 'none.png', tmp_path / 'empty', tmp_path / '*.bmp']
    done = call_tool('predict', *short, *missing, picture('a.png'), '--out', tmp_path / 'out', '--save', 'mask')
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert [str(path) in line for path, line in zip(missing, errors, strict=True)] == [True] * 3
    assert '1 of 4 predicted' in done.stdout
    assert (tmp_path / 'out/mask/a.png').is_file()
    done = call_tool('predict', *short, missing[0])
    assert (done.returncode, done.stderr.count('\n')) == (2, 1)
    assert f'{missing[0]}: there is no such file or folder' in done.stderr


@pytest.mark.parametrize('out', ['out', '.'])
def test_what_it_has_written_is_no_input_the_next_time(short, picture, call_tool, tmp_path, out):
    images = Path(picture('images/a.png')).parent
    for _ in range(2):
        done = call_tool('predict', *short, images, '--out', images / out)
        assert (done.returncode, '1 of 1 predicted' in done.stdout) == (0, True)
    done = call_tool('predict', *short, images / out / 'overlay', '--out', images / out, '--save', 'confidence')
    assert done.returncode == 0, done.stderr
    assert (images / out / 'confidence/a.png').is_file()


def test_names_that_would_be_shared(short, picture, call_tool, tmp_path):
    for name in ('a.png', 'a.jpg', 'x/b.png', 'y/b.png'):
        picture(name)
    done = call_tool('predict', *short, *(tmp_path / name for name in ('a.png', 'a.jpg', 'x/b.png', 'y/b.png')),
                     '--out', tmp_path / 'out', '--save', 'mask')
    assert done.returncode == 0, done.stderr
    names = {path.relative_to(tmp_path / 'out/mask').as_posix() for path in (tmp_path / 'out/mask').rglob('*.png')}
    assert names == {'a.png.png', 'a.jpg.png', 'x/b.png.png', 'y/b.png.png'}


@pytest.mark.parametrize(('arguments', 'told'), [
    (['--tile', 'big'], 'give auto, or HEIGHTxWIDTH'), (['--opacity', '2'], 'has to be in [0, 1]'),
    (['--overlap', '-1'], '--overlap -1'), (['--batch-size', '0'], 'at least 1'),
    (['--tile', '64x96', '--overlap', '64'], 'windows of 64x96 cannot overlap by 64 pixels'),
    (['--save', 'maks'], 'invalid choice'),
])
def test_arguments_that_mean_nothing(short, picture, call_tool, arguments, told):
    done = call_tool('predict', *short, picture('a.png'), *arguments)
    assert done.returncode == 2
    assert told in done.stderr


def test_no_input(short, call_tool):
    done = call_tool('predict', *short)
    assert done.returncode == 2
    assert 'an input, or the checkpoint, is missing' in done.stderr


@pytest.mark.parametrize('tile', ['auto', '64x96'])
def test_a_video(short, call_tool, tmp_path, tile):
    writer = cv2.VideoWriter(str(tmp_path / 'a.mp4'), cv2.VideoWriter_fourcc(*'mp4v'), 12.5, (128, 96))
    for shade in range(5):
        writer.write(np.full((96, 128, 3), 50 * shade, np.uint8))
    writer.release()
    done = call_tool('predict', *short, tmp_path / 'a.mp4', '--out', tmp_path / 'out', '--batch-size', 2, '--tile',
                     tile)
    assert done.returncode == 0, done.stderr
    video = cv2.VideoCapture(str(tmp_path / 'out/overlay/a.mp4'))
    facts = cv2.CAP_PROP_FRAME_COUNT, cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
    assert [video.get(fact) for fact in facts] == [5, 12.5, 128, 96]
    assert len(list((tmp_path / 'out/mask/a').glob('*.png'))) == 5


def test_a_camera_until_it_is_stopped(short, call_tool, tmp_path, monkeypatch):
    """Ctrl-C ends it, and what has been seen is kept."""

    class Camera:
        frames = 0

        def get(self, fact):
            return {cv2.CAP_PROP_FRAME_HEIGHT: 64, cv2.CAP_PROP_FRAME_WIDTH: 96}.get(fact, 0)

        def read(self):
            self.frames += 1
            if self.frames == 4:
                os.kill(os.getpid(), signal.SIGINT)
            return True, np.full((64, 96, 3), self.frames, np.uint8)

        def release(self):
            pass

    monkeypatch.setattr('mmseg.inference.sources.Video.open', lambda video: Camera())
    monkeypatch.chdir(tmp_path)
    done = call_tool('predict', *short, '0', '--out', 'out', '--save', 'overlay')
    assert done.returncode == 0, done.stderr
    video = cv2.VideoCapture('out/overlay/camera0.mp4')
    assert 3 <= video.get(cv2.CAP_PROP_FRAME_COUNT) <= 4
    assert video.get(cv2.CAP_PROP_FPS) == 25


def test_a_video_whose_name_is_no_text():
    """OpenCV would end the process, and the other files were not done."""
    name = os.fsdecode(b'v\xff.mp4')
    with pytest.raises(ValueError, match='has to be UTF-8'):
        Video(name, Path(name)).open()


def test_what_is_no_video(short, call_tool, tmp_path):
    (tmp_path / 'a.mp4').write_bytes(b'text')
    done = call_tool('predict', *short, tmp_path / 'a.mp4', '--out', tmp_path / 'out')
    assert done.returncode == 1
    assert 'a.mp4: no video that OpenCV can read' in done.stderr
    assert not list(tmp_path.glob('out/**/*.*'))
