"""Images that are not held: their rows are those that the pipeline would load."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

import mmcv
from mmseg.predict.rows import _DECODE, spilled

QUARTER_TURN = 6  # of EXIF's orientations


@pytest.mark.parametrize('colour', [
    'color', 'grayscale', 'unchanged', 'color_ignore_orientation', 'grayscale_ignore_orientation'])
def test_a_turned_photograph_is_decoded_as_its_flag_says(tmp_path, colour):
    path = str(tmp_path / 'turned.jpg')
    exif = Image.Exif()
    exif[0x0112] = QUARTER_TURN
    values = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    Image.fromarray(values).save(path, exif=exif)
    image = mmcv.imread(path, colour)
    with spilled(path, colour, image.shape[:2]) as rows:
        assert rows.size == image.shape[:2]
        np.testing.assert_array_equal(np.concatenate([rows.read(0, 9)[0], rows.read(9, rows.size[0])[0]]), image)


@pytest.mark.parametrize('suffix', ['.png', '.jpg', '.bmp', '.tif'])
@pytest.mark.parametrize('colour', ['color', 'grayscale', 'unchanged'])
def test_any_kind_is_decoded_as_the_pipeline_would(tmp_path, suffix, colour):
    path = str(tmp_path / f'image{suffix}')
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 41, 3), np.uint8)).save(path)
    image = mmcv.imread(path, colour)
    for told in (image.shape[:2], (20, 50)):  # whatever the header says
        with spilled(path, colour, told) as rows:
            np.testing.assert_array_equal(rows.read(0, 30)[0], image)


@pytest.mark.parametrize('suffix', ['.png', '.bmp', '.tif'])
@pytest.mark.parametrize('kept', [0.1, 0.5, 0.9])
def test_what_is_cut_off_is_damaged(tmp_path, suffix, kept):
    path = tmp_path / f'image{suffix}'
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 410, 3), np.uint8)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[:int(len(content) * kept)])
    with pytest.raises(ValueError, match=r'image\..*: damaged'), spilled(str(path), 'color', (300, 410)):
        pass


def test_a_header_without_an_image_is_damaged(tmp_path):
    path = tmp_path / 'image.png'
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + b'hello' * 1000)
    with pytest.raises(ValueError, match='damaged'), spilled(str(path), 'color', (300, 410)):
        pass


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='Linux tells the peak of a process')
def test_the_image_is_held_once(tmp_path):
    peaks = []
    for side in (16, 6000):
        path = str(tmp_path / f'{side}.jpg')
        cv2.imwrite(path, np.zeros((side, side, 3), np.uint8))
        told = "\nprint(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])"
        command = [sys.executable, '-c', _DECODE + told, path, '1', str(tmp_path / 'raw'), str(side), str(side), '3']
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]) * 1024)
    assert peaks[1] - peaks[0] < 1.2 * 3 * 6000 ** 2
