"""A published model: weights alone, hashed, with a config and a card, loaded back from its folder."""

import hashlib
import shutil

import numpy as np
import pytest
import torch

from mmcv.checkpoint import CheckpointError, read_checkpoint
from mmseg.apis import inference_segmentor, init_segmentor
from mmseg.assembly.load import load_config
from mmseg.assembly.model import build_model
from mmseg.assembly.published import published_files
from mmseg.publish import publish

CLASSES, PALETTE = [f'class {i}' for i in range(10)], [[i, 20 * i, 255 - i] for i in range(10)]
IMAGE = np.random.RandomState(0).randint(0, 255, (48, 96, 3), np.uint8)


@pytest.fixture
def checkpoint(demo_config, tmp_path):
    """One as a run leaves it: with its optimizer, its random state, and the weights that an average stands for."""
    torch.manual_seed(0)
    model = build_model(load_config(str(demo_config)))
    torch.nn.init.normal_(model.decode_head.conv_seg.weight)
    weights = model.state_dict()
    torch.save({
        'meta': {'CLASSES': CLASSES, 'PALETTE': np.array(PALETTE), 'env_info': 'a secret', 'iter': 4},
        'state_dict': weights, 'optimizer': {'state': {0: torch.ones(9999)}}, 'ema': weights, 'resume': {}},
        tmp_path / 'iter_4.pth')
    return tmp_path / 'iter_4.pth'


@pytest.fixture
def published(demo_config, checkpoint, call_tool, tmp_path):
    """``published(*options) -> the folder``."""

    def run(*options):
        done = call_tool('publish_model', demo_config, checkpoint, '--out', 'model', *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return tmp_path / 'model'

    return run


def test_the_folder_is_all_that_is_needed(published, demo_config, checkpoint, tmp_path):
    pytest.importorskip('safetensors')
    folder = published('--no-eval')
    wanted = inference_segmentor(init_segmentor(str(demo_config), str(checkpoint)), IMAGE)[0]
    for left in ('.pth', '.safetensors'):
        copy = tmp_path / f'only{left}'
        shutil.copytree(folder, copy, ignore=lambda _, names, left=left: [
            name for name in names if name.endswith(('.pth', '.safetensors')) and not name.endswith(left)])
        model = init_segmentor(str(copy), device='cpu')
        assert list(model.CLASSES) == CLASSES
        assert np.array_equal(model.PALETTE, PALETTE)
        assert np.array_equal(inference_segmentor(model, IMAGE)[0], wanted)


@pytest.mark.parametrize('suffix', ['.pth', '.safetensors'])
@pytest.mark.parametrize('damage', ['cut', 'altered'])
def test_a_damaged_file_is_one_line(published, tmp_path, suffix, damage):
    pytest.importorskip('safetensors')
    folder = published('--no-eval')
    for path in [*folder.glob('*.pth'), *folder.glob('*.safetensors')]:
        if path.suffix != suffix:
            path.unlink()
            continue
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content[:99] if damage == 'cut' else content)
    with pytest.raises(CheckpointError, match=rf'{suffix}: damaged: the hash of its content is [0-9a-f]{{8}}, '):
        init_segmentor(str(folder))


def test_a_file_of_weights_with_a_name_of_its_own_is_taken(published):
    folder = published('--no-eval')
    path, = folder.glob('*.pth')
    path.rename(folder / 'mine-20240101.pth')
    assert published_files(folder)[1].name == 'mine-20240101.pth'
    init_segmentor(str(folder))


def test_only_the_weights_are_left_and_the_name_has_their_hash(published):
    path, = published('--no-eval').glob('*.pth')
    content = read_checkpoint(path)
    assert set(content) == {'meta', 'state_dict'}
    assert set(content['meta']) == {'CLASSES', 'PALETTE', 'iter'}
    assert path.name == f'narrow-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth'


def test_the_card_says_how_good_it_is(published):
    card = (published('--license', 'CC-BY-4.0', '--use', 'Streets alone.') / 'README.md').read_text()
    assert '| mIoU | ' in card
    assert card.split('| mIoU | ')[1].splitlines()[0].count('%') == 3  # the value, and the ends of its interval
    assert 'Expected calibration error ' in card
    assert 'On 2 images' in card
    assert '\nStreets alone.\n' in card
    assert '\nCC-BY-4.0\n' in card
    assert "init_segmentor('model')" in card
    assert '| 9 | class 9 | `9, 180, 246` |' in card
    assert 'secret' not in card


def test_the_card_names_every_data_set(demo_config, checkpoint, tmp_path):
    config = load_config(str(demo_config))
    other = {**config.data.train, 'img_dir': 'more/images'}
    config.data.train = dict(type='RepeatDataset', times=2, dataset=[config.data.train, other])
    config.data.test = dict(type='ConcatDataset', datasets=[{**config.data.test, 'split': f'{n}.txt'} for n in 'ab'])
    card = (publish(config, str(checkpoint), tmp_path / 'model', evaluate=False) / 'README.md').read_text()
    data = card.split('## Data')[1].split('##')[0]
    assert data.count('- trained on: DemoScenesDataset, img_dir `') == data.count('- measured on: DemoScenes') == 2
    assert 'img_dir `more/images`' in data
    assert 'split `b.txt`' in data


def test_without_the_data_the_card_says_so(published, demo_config, checkpoint, call_tool, tmp_path):
    done = call_tool('publish_model', demo_config, checkpoint, '--out', 'elsewhere', '--cfg-options',
                     'data.test.img_dir=nowhere', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'Not measured: ' in (tmp_path / 'elsewhere' / 'README.md').read_text()


@pytest.mark.parametrize('is_there', [True, False])
def test_an_image_that_is_damaged_leaves_nothing_behind(demo_config, checkpoint, call_tool, tmp_path, is_there):
    scenes = demo_config.parent / 'scenes'
    drawn = call_tool('publish_model', demo_config, checkpoint, '--out', 'sound', cwd=tmp_path)
    assert drawn.returncode == 0, drawn.stderr
    shutil.copytree(scenes, tmp_path / 'scenes')
    image = sorted((tmp_path / 'scenes/leftImg8bit/val').rglob('*.png'))[-1]
    image.write_bytes(image.read_bytes()[:99])
    if is_there:
        (tmp_path / 'model').mkdir()
        (tmp_path / 'model' / 'notes.txt').touch()
    done = call_tool('publish_model', demo_config, checkpoint, '--out', 'model', '--cfg-options',
                     f'data.test.data_root={tmp_path / "scenes"}', cwd=tmp_path)
    assert done.returncode == 2
    assert image.name in done.stderr
    assert [path.name for path in (tmp_path / 'model').glob('*')] == ['notes.txt'] * is_there
    assert (tmp_path / 'model').exists() == is_there


def test_a_folder_that_is_taken_is_refused(published, demo_config, checkpoint, call_tool, tmp_path):
    published('--no-eval')
    done = call_tool('publish_model', demo_config, checkpoint, '--out', 'model', cwd=tmp_path)
    assert done.returncode == 2
    assert 'error: --out model: there is a narrow.py already: name a folder of its own' in done.stderr


def test_as_0x_publishes(checkpoint, call_tool, tmp_path):
    done = call_tool('publish_model', checkpoint, 'net.pth', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path, = tmp_path.glob('net-*.pth')
    assert path.name == f'net-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth'
    content = torch.load(path, weights_only=False)
    assert set(content) == {'meta', 'state_dict'}
    assert path.stat().st_size < checkpoint.stat().st_size


def test_averages_of_mmcv_are_what_is_published(tmp_path, call_tool):
    weights = {'conv.weight': torch.zeros(2), 'ema_conv_weight': torch.ones(2)}
    torch.save({'meta': {}, 'state_dict': weights}, tmp_path / 'iter_9.pth')
    assert call_tool('publish_model', 'iter_9.pth', 'net.pth', cwd=tmp_path).returncode == 0
    path, = tmp_path.glob('net-*.pth')
    assert read_checkpoint(path)['state_dict'] == {'conv.weight': pytest.approx(torch.ones(2))}


@pytest.mark.parametrize(('name', 'published_is'), [('iter_4.pth', 5), ('epoch_4.pth', 3)])
def test_averages_of_mmcv_fit_a_config(demo_config, tmp_path, name, published_is):
    weights = build_model(load_config(str(demo_config))).state_dict()
    for value in weights.values():
        value.fill_(3)
    averages = {f'ema_{key.replace(".", "_")}': torch.full_like(weights[key], 5) for key in [
        'decode_head.conv_seg.weight', 'decode_head.conv_seg.bias']}
    torch.save({'meta': {'CLASSES': CLASSES}, 'state_dict': {**weights, **averages}}, tmp_path / name)
    folder = publish(str(demo_config), str(tmp_path / name), tmp_path / 'model', evaluate=False)
    path, = folder.glob('*.pth')
    assert read_checkpoint(path)['state_dict'].keys() == weights.keys()
    assert init_segmentor(str(folder)).decode_head.conv_seg.bias.unique().item() == published_is


def test_what_mmengine_keeps_beside_the_weights_is_left_out(demo_config, tmp_path):
    weights = build_model(load_config(str(demo_config))).state_dict()
    torch.save({'meta': {'dataset_meta': {'classes': tuple(CLASSES), 'palette': PALETTE}}, 'ema_state_dict': {
        'steps': torch.tensor(4), 'module.data_preprocessor.mean': torch.zeros(3, 1, 1),
        **{f'module.{key}': value for key, value in weights.items()}}}, tmp_path / 'a.pth')
    folder = publish(str(demo_config), str(tmp_path / 'a.pth'), tmp_path / 'model', evaluate=False)
    path, = folder.glob('*.pth')
    assert read_checkpoint(path)['state_dict'].keys() == weights.keys()
    assert init_segmentor(str(folder)).CLASSES == CLASSES


def test_a_config_without_a_folder_is_one_line(demo_config, checkpoint, call_tool, tmp_path):
    done = call_tool('publish_model', demo_config, checkpoint, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2, f'error: {demo_config} is a config: name the folder to publish into, --out DIR\n')


@pytest.mark.parametrize(('names', 'message'), [
    (['a.pth'], 'holds one config, not 0'), (['a.py', 'b.py', 'a.pth'], 'holds one config, not 2'),
    (['a.py'], 'no weights lie beside a.py'), (['a.py', 'a.pth', 'b.pth'], 'several files of weights'),
])
def test_a_folder_that_is_no_model_is_one_line(names, message, tmp_path):
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=message):
        published_files(tmp_path)
