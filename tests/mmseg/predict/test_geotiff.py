"""GeoTIFFs keep their place on the map."""

import numpy as np
import pytest
from PIL import Image

from mmseg.apis import inference_segmentor, init_segmentor
from mmseg.predict.geotiff import RasterRows, is_georeferenced


@pytest.fixture
def rasterio():
    return pytest.importorskip('rasterio', reason='rasterio is not installed (pip install rasterio)')


@pytest.fixture
def write(rasterio, tmp_path):
    """``write(name, image (H, W, C) RGB, **profile)``."""

    def tif(name, image, **profile):
        path = tmp_path / name
        image = np.moveaxis(np.atleast_3d(image), -1, 0)
        place = {'crs': 'EPSG:32632', 'transform': rasterio.transform.from_origin(500000, 5400000, 0.5, 0.5)}
        with rasterio.open(path, 'w', driver='GTiff', width=image.shape[2], height=image.shape[1], count=len(image),
                           dtype=image.dtype, **{**place, **profile}) as file:
            file.write(image)
        return str(path)

    return tif


def blobs(height, width, bands=3):
    return np.random.default_rng(0).integers(0, 256, (height // 10 + 1, width // 10 + 1, bands), np.uint8).repeat(
        10, axis=0).repeat(10, axis=1)[:height, :width]


def test_a_mask_on_the_map(short, write, rasterio, call_tool, tmp_path):
    image = blobs(210, 260)
    image[:, 200:] = 0
    path = write('a.tif', image, nodata=0)
    assert is_georeferenced(path)
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out', '--save', 'mask', 'overlay', 'confidence',
                     'probability')
    assert done.returncode == 0, done.stderr
    expected = inference_segmentor(init_segmentor(*short, device='cpu'), np.ascontiguousarray(image[..., ::-1]))[0]
    with rasterio.open(tmp_path / 'out/mask/a.tif') as mask, rasterio.open(path) as source:
        assert (mask.count, mask.dtypes, mask.nodata) == (1, ('uint8',), 255)
        assert (mask.crs, mask.transform, mask.bounds) == (source.crs, source.transform, source.bounds)
        values = mask.read(1)
        assert mask.tags(ns='IMAGE_STRUCTURE')['LAYOUT'] == 'COG'
        assert mask.colormap(1)[1] == (20, 254, 7, 255)
    assert (values[:, 200:] == 255).all()
    known = values != 255
    assert (known == (image != 0).any(axis=2)).all()
    assert (values[known] == expected[known]).mean() > 0.999
    confidence = np.array(Image.open(tmp_path / 'out/confidence/a.png'))
    assert (confidence[~known] == 0).all()
    assert (confidence[known] > 0).all()
    assert (np.load(tmp_path / 'out/probability/a.npz')['probability'][:, ~known] == 0).all()
    assert not (tmp_path / 'out/mask/a.png').exists()


def test_an_image_that_has_data_everywhere(short, write, rasterio, call_tool, tmp_path):
    path = write('a.tiff', blobs(100, 700))
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out', '--save', 'mask', '--tile', '64x128')
    assert done.returncode == 0, done.stderr
    with rasterio.open(tmp_path / 'out/mask/a.tif') as mask:
        assert mask.nodata is None
        assert mask.shape == (100, 700)


@pytest.mark.parametrize('bands', [1, 4])
def test_any_number_of_bands(short, write, rasterio, call_tool, tmp_path, bands):
    """A model of colours takes grey as such, and of more than three bands the first."""
    image = blobs(100, 120, bands)
    path = write('a.tif', image, photometric='MINISBLACK')  # else GDAL takes the fourth for opacity
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out', '--save', 'mask')
    assert done.returncode == 0, done.stderr
    seen = image.repeat(3, axis=2) if bands == 1 else image[..., 2::-1]
    expected = inference_segmentor(init_segmentor(*short, device='cpu'), np.ascontiguousarray(seen))[0]
    with rasterio.open(tmp_path / 'out/mask/a.tif') as mask:
        assert (mask.read(1) == expected).mean() > 0.999


def test_opacity_says_where_there_is_no_data(short, write, rasterio, call_tool, tmp_path):
    image = blobs(100, 120, 4)
    image[..., 3] = 255
    image[:, :30, 3] = 0
    done = call_tool('predict', *short, write('a.tif', image), '--out', tmp_path / 'out', '--save', 'mask')
    assert done.returncode == 0, done.stderr
    with rasterio.open(tmp_path / 'out/mask/a.tif') as mask:
        assert ((mask.read(1) == mask.nodata) == (image[..., 3] == 0)).all()


def test_grey_with_opacity(short, write, rasterio, call_tool, tmp_path):
    image = blobs(80, 90, 2)
    image[..., 1] = 255
    path = write('a.tif', image, photometric='MINISBLACK', alpha='yes')
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out', '--save', 'mask')
    assert done.returncode == 0, done.stderr
    seen = image[..., :1].repeat(3, axis=2)
    expected = inference_segmentor(init_segmentor(*short, device='cpu'), seen)[0]
    with rasterio.open(tmp_path / 'out/mask/a.tif') as mask:
        assert (mask.read(1) == expected).mean() > 0.999


def test_a_fourth_band_that_gdal_calls_opacity_is_data_to_a_model_of_four(write, rasterio):
    image = blobs(80, 90, 4)
    with rasterio.open(write('a.tif', image)) as source:
        assert source.colorinterp[3].name == 'alpha'
        rows, known = RasterRows(source, 4, 'unchanged', reversed_bands=False).read(0, 80)
        assert (rows == image).all()
        assert known is None
    with rasterio.open(write('b.tif', image * (image > 99), nodata=0)) as source:
        known = RasterRows(source, 4, 'unchanged', reversed_bands=False).read(0, 80)[1]
        assert (known == (image > 99).any(axis=2)).all()


def test_a_model_of_many_bands(short_cfg, save, write, rasterio, call_tool, tmp_path):
    short_cfg.model.backbone.in_channels = 5
    load = short_cfg.data.test.pipeline[0]
    load.color_type, load.imdecode_backend = 'unchanged', 'tifffile'
    short_cfg.data.test.pipeline[1].transforms[2].update(mean=[3000.] * 5, std=[1000.] * 5, to_rgb=False)
    model = save(short_cfg, 'bands')
    image = blobs(90, 110, 5).astype(np.uint16) * 20
    done = call_tool('predict', *model, write('a.tif', image), '--out', tmp_path / 'out', '--save', 'mask')
    assert done.returncode == 0, done.stderr
    expected = inference_segmentor(init_segmentor(*model, device='cpu'), image)[0]
    with rasterio.open(tmp_path / 'out/mask/a.tif') as mask:
        assert (mask.read(1) == expected).mean() > 0.999
    done = call_tool('predict', *model, write('b.tif', image[..., :4]), '--out', tmp_path / 'out')
    assert done.returncode == 1
    assert 'b.tif: 4 bands, and the model takes 5' in done.stderr


def test_a_plain_tiff_is_an_image_like_others(short, call_tool, tmp_path):
    path = tmp_path / 'a.tif'
    Image.fromarray(blobs(60, 70)).save(path)
    assert not is_georeferenced(str(path))
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out', '--save', 'mask')
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'out/mask/a.png').exists()


@pytest.mark.parametrize('tag', [33550, 33922, 34264])
def test_scale_points_or_transformation_are_a_georeference(tmp_path, tag):
    path = tmp_path / 'a.tif'
    Image.fromarray(blobs(6, 7)).save(path, tiffinfo={tag: (0.5,) * 16})
    assert is_georeferenced(str(path))


def test_a_turned_map_and_a_file_that_is_cut_off(short, write, rasterio, call_tool, tmp_path):
    turned = rasterio.Affine(0.5, 0.1, 100, 0.1, -0.5, 200)
    path = write('a.tif', blobs(90, 120), transform=turned)
    cut = tmp_path / 'cut.tif'
    write('cut.tif', np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8))
    cut.write_bytes(cut.read_bytes()[:100_000])
    done = call_tool('predict', *short, cut, path, '--out', tmp_path / 'out')
    assert done.returncode == 1
    assert f'error: {cut}: ' in done.stderr
    assert not list((tmp_path / 'out').rglob('*cut*'))
    with rasterio.open(tmp_path / 'out/mask/a.tif') as mask:
        assert (mask.transform, mask.crs) == (turned, rasterio.crs.CRS.from_epsg(32632))


def test_without_rasterio_the_package_is_named(short, call_tool, tmp_path, monkeypatch):
    path = tmp_path / 'a.tif'
    Image.fromarray(blobs(60, 70)).save(path, tiffinfo={33550: (0.5, 0.5, 0.0)})
    assert is_georeferenced(str(path))
    monkeypatch.setitem(__import__('sys').modules, 'rasterio', None)
    done = call_tool('predict', *short, path, '--out', tmp_path / 'out')
    assert done.returncode == 1
    assert 'a.tif: a TIFF with a georeference needs a package: pip install rasterio' in done.stderr
