"""Images that are not held: their rows are those that the pipeline would load."""

import numpy as np
import pytest
from PIL import Image

import mmcv
from mmseg.predict.rows import spilled

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
    with spilled(path, colour) as rows:
        assert rows.size == image.shape[:2]
        np.testing.assert_array_equal(np.concatenate([rows.read(0, 9)[0], rows.read(9, rows.size[0])[0]]), image)
