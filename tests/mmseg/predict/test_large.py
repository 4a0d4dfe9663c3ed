"""Images that are predicted in windows: as the whole image is away from the seams, and in bounded memory."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmseg.apis import inference_segmentor, init_segmentor
from mmseg.inference import Predictor
from mmseg.inference.windows import lay_windows
from mmseg.predict import run as run_module

ROOT = Path(__file__).resolve().parents[3]
SIGHT = 40  # pixels that the network of these tests looks away to, at most


def read(path):
    return np.array(Image.open(path))


@pytest.mark.parametrize(('size', 'tile', 'overlap'), [
    ((500, 600), '256x288', 160), ((520, 604), '256', 160), ((300, 420), '128x160', 32), ((90, 100), '512x512', 64)])
def test_windows_give_the_whole_but_at_narrow_seams(short, picture, call_tool, tmp_path, size, tile, overlap):
    """With an overlap of four times as far as the network sees there are no seams at all."""
    path = picture('a.png', *size)
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out', '--tile', tile, '--overlap', overlap,
                     '--save', 'mask', 'probability', 'confidence', '--batch-size', 2)
    assert done.returncode == 0, done.stderr
    (label,), (whole,) = inference_segmentor(init_segmentor(*short, device='cpu'), path, return_probability=True)
    probability = np.load(tmp_path / 'out/probability/a.npz')['probability']
    assert probability.shape == whole.shape
    away = away_from_seams(size, tile, overlap)
    assert away.all() or (overlap < 4 * SIGHT and away.mean() > 0.1)
    np.testing.assert_allclose(probability[:, away], whole[:, away], atol=1e-3)
    mask = read(tmp_path / 'out/mask/a.png')
    assert (mask[away] == label[away]).mean() > 0.9995  # where two classes tie, rounding decides
    assert (mask == probability.argmax(axis=0)).mean() > 0.99
    assert np.abs(read(tmp_path / 'out/confidence/a.png') / 255 - probability.max(axis=0)).max() < 0.01


def away_from_seams(size, tile, overlap):
    """Pixels to which no window counts whose border within the image is nearer than the network sees."""
    axes = []
    for edge, crop in zip(size, (list(map(int, tile.split('x'))) * 2)[:2]):
        good = np.ones(edge, bool)
        for window in lay_windows(edge, min(crop, edge), min(overlap, min(crop, edge) - 1)):
            pixels = np.arange(window.start, window.stop)
            near = (pixels < window.seen.start + SIGHT) & (window.seen.start > 0)
            near |= (pixels >= window.seen.stop - SIGHT) & (window.seen.stop < edge)
            good[pixels[near]] = False
        axes.append(good)
    return axes[0][:, None] & axes[1]


def test_where_the_test_pipeline_resizes(short_cfg, save, picture, tmp_path, call_tool):
    """Windows are cut of what the network sees, and the result is brought to the image's size strip by strip."""
    short_cfg.data.test.pipeline[1].img_scale = (300, 200)
    short_cfg.data.test.pipeline[1].img_ratios = None
    model = save(short_cfg, 'resizing')
    path = picture('a.png', 400, 600)
    done = call_tool('predict', *model, path, '--out', tmp_path / 'out', '--tile', '160x160', '--overlap', '96',
                     '--save', 'probability')
    assert done.returncode == 0, done.stderr
    _, (whole,) = inference_segmentor(init_segmentor(*model, device='cpu'), path, return_probability=True)
    probability = np.load(tmp_path / 'out/probability/a.npz')['probability']
    assert (np.abs(probability - whole).max(axis=0) < 2e-3).mean() > 0.5  # all but around the seams
    assert (probability.argmax(axis=0) == whole.argmax(axis=0)).mean() > 0.9


@pytest.mark.parametrize('suffix', ['png', 'jpg'])
def test_files_that_are_not_held(short, picture, call_tool, tmp_path, monkeypatch, suffix):
    """The same as of an image that is held; without rasterio by way of a temporary file."""
    path = picture(f'a.{suffix}', 300, 420)
    arguments = ['predict', *short, path, '--save', 'mask', 'overlay', '--tile', '128x128']
    assert call_tool(*arguments, '--out', tmp_path / 'held').returncode == 0
    monkeypatch.setattr(run_module, 'HUGE', 1000)
    done = call_tool(*arguments, '--out', tmp_path / 'read')
    assert done.returncode == 0, done.stderr
    held, by_rows = (read(tmp_path / f'{name}/mask/a.png') for name in ('held', 'read'))
    assert (held == by_rows).mean() > (0.999 if suffix == 'png' else 0.9)  # GDAL decodes JPEG a little otherwise
    assert read(tmp_path / 'read/overlay/a.jpg').shape == (300, 420, 3)


def test_a_transparent_picture_that_is_not_held(short, picture, call_tool, tmp_path, monkeypatch):
    path = tmp_path / 'a.png'
    with Image.open(picture('rgb.png', 90, 120)) as image:
        image.putalpha(Image.fromarray(np.eye(90, 120, dtype=np.uint8)))
        image.save(path)
    for name in ('held', 'read'):
        done = call_tool('predict', *short, path, '--save', 'confidence', '--tile', '64x64', '--out', tmp_path / name)
        assert done.returncode == 0, done.stderr
        monkeypatch.setattr(run_module, 'HUGE', 1000)
    held, by_rows = (read(tmp_path / f'{name}/confidence/a.png').astype(int) for name in ('held', 'read'))
    assert np.abs(held - by_rows).max() <= 1


def test_the_windows_of_a_config_that_slides(short_cfg, short):
    short_cfg.model.test_cfg = dict(mode='slide', crop_size=(128, 160), stride=(96, 100))
    model = init_segmentor(short_cfg, short[1], device='cpu')
    assert Predictor(model).tiling((1000, 1000)) == ((128, 160), 32)
    assert Predictor(model, tile=(64, 64)).tiling((1000, 1000)) == ((64, 64), 8)
    assert Predictor(model, tile=(64, 64), overlap=90).tiling((50, 1000)) == ((50, 64), 49)


@pytest.mark.parametrize(('limit', 'value'), [('_LONGEST_EDGE', 100), ('_LARGEST_PICTURE', 151 * 250 // 5)])
def test_an_overlay_of_a_very_large_image_is_smaller(short, picture, call_tool, tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(f'mmseg.predict.outputs.{limit}', value)
    path = picture('a.png', 151, 250)
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out', '--tile', '64x64')
    assert done.returncode == 0, done.stderr
    assert read(tmp_path / 'out/overlay/a.jpg').shape == (51, 84, 3)
    assert read(tmp_path / 'out/mask/a.png').shape == (151, 250)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='Linux tells the peak of a process')
def test_memory_does_not_grow_with_the_height(short, tmp_path):
    """An image of 7168 x 4096 takes as much as one of 1024 x 4096, although its pixels alone are 75 MB more."""
    peaks = []
    for height in (1024, 7168):
        path = tmp_path / f'{height}.png'
        cv2.imwrite(str(path), np.random.randint(0, 256, (height // 64, 64, 3), np.uint8).repeat(64, 0).repeat(64, 1))
        code = f"""
import runpy, sys
sys.path.insert(0, '.')
from mmseg.predict import geotiff, run
run.HUGE = 1 << 20
geotiff._CACHE = 8  # of its 128 MB the smaller image would fill 12
sys.argv = ['predict', {short[1]!r}, {str(path)!r}, '--out', {str(tmp_path / 'out')!r}, '--save', 'mask', 'confidence']
runpy.run_path('tools/predict.py', run_name='__main__')
print(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])  # ru_maxrss is at least that of the parent
"""
        done = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout.split()[-1]) / 1024)
        assert Image.open(tmp_path / f'out/mask/{height}.png').size == (4096, height)
    assert peaks[1] - peaks[0] < 50, peaks
