"""A model as a file: what it gives, what it holds, and what is refused."""

import functools
import json

import pytest
import torch
from export_packages import require_packages
from torch import nn

from mmseg.export import FORMATS, export, load_exported
from mmseg.export.comparison import FileDiffers
from mmseg.export.network import Network

SIZES = [(1, 64, 96), (2, 97, 131), (1, 33, 47), (3, 128, 80), (1, 415, 533)]


@pytest.fixture(scope='module')
def exported(small_pspnet, tmp_path_factory):
    """``exported(format, factored=True)``: a model, its file for any size, and what was told; each is made once."""

    @functools.cache
    def write(format, factored=True):
        model, told, folder = small_pspnet(factored=factored), [], tmp_path_factory.mktemp(format)
        path = export(model, format, dynamic=True, out=folder / f'net{FORMATS[format].suffix}', tell=told.append)
        return model, path, told

    return write


def logits(model, images):
    with torch.no_grad():
        return model.forward_dummy(images)


def assert_same(exported, model, images):
    expected, found = logits(model, images), logits(exported, images)
    assert found.shape == expected.shape
    assert (found - expected).abs().max() <= 1e-4 * expected.abs().max()
    assert (found.argmax(1) == expected.argmax(1)).float().mean() >= 0.9999


@pytest.mark.slow
@pytest.mark.parametrize('format', FORMATS)
def test_gives_what_the_model_gives_at_any_size(format, exported):
    require_packages(format)
    model, path, told = exported(format)
    again = load_exported(path)
    for shape in SIZES:
        images = torch.randn(shape[0], 3, *shape[1:])
        assert_same(again, model, images)
    assert sum('compared at' in line for line in told) == 3
    assert again.CLASSES == ['dark', 'middle', 'bright']
    assert again.PALETTE[1] == [128, 128, 128]
    assert again.facts.mean == [120.0, 110.0, 100.0]
    written = {file.suffix for file in path.parent.iterdir()}
    assert written == ({'.xml', '.bin'} if format == 'openvino' else {path.suffix})


class Blocks(nn.Module):
    """A backbone of one map, at 1/4: blocks of 4 x 4 pixels are turned into channels, and there are only whole ones."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(48, 64, 3, padding=1)

    def forward(self, x):
        images, channels, height, width = x.shape
        x = x.view(images, channels, height // 4, 4, width // 4, 4).permute(0, 3, 5, 1, 2, 4)
        return [self.conv(x.reshape(images, 16 * channels, height // 4, width // 4))] * 4


@pytest.mark.slow
def test_a_model_of_whole_blocks_tells_of_what_sizes_have_to_be_multiples(small_pspnet, tmp_path):
    model = small_pspnet()
    model.backbone = Blocks().eval()
    told = []
    exported = load_exported(export(model, 'torch_export', dynamic=True, out=tmp_path / 'net.pt2', tell=told.append))
    assert exported.facts.multiple == [4, 4]
    assert 'compared at 2 x 3 x 100 x 132' in told[0]
    for size in ((36, 68), (700, 900)):
        images = torch.randn(1, 3, *size)
        assert_same(exported, model, images)
    with pytest.raises(ValueError, match=r'have to be multiples of \[4, 4\], not \[36, 66\]'):
        logits(exported, torch.randn(1, 3, 36, 66))


def test_one_size_alone(small_pspnet, tmp_path):
    model = small_pspnet()
    path = export(model, 'torch_export', size=(48, 64), out=tmp_path / 'net.pt2')
    exported = load_exported(path)
    images = torch.randn(3, 3, 48, 64)  # one after the other, as the file takes one
    torch.testing.assert_close(logits(exported, images), logits(model, images), rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match=r'net\.pt2: it takes images of 1 x 3 x 48 x 64, not of 1 x 3 x 48 x 65'):
        logits(exported, torch.randn(1, 3, 48, 65))


@pytest.mark.slow
def test_bytes_to_labels(small_pspnet, tmp_path):
    model = small_pspnet()
    path = export(model, 'torchscript', steps=['normalize', 'argmax'], out=tmp_path / 'net.pt')
    run = torch.jit.load(path)
    images = torch.randint(256, (2, 50, 70, 3), dtype=torch.uint8)
    mean, std = torch.tensor([120.0, 110.0, 100.0]), torch.tensor([60.0, 55.0, 50.0])
    normalized = ((images.float() - mean) / std).permute(0, 3, 1, 2)
    expected = logits(model, normalized).argmax(1)
    labels = run(images)
    assert labels.dtype == torch.uint8
    assert (labels == expected).float().mean() >= 0.9999
    segmentor = load_exported(path)  # takes what a test pipeline gives
    assert (logits(segmentor, normalized).argmax(1) == expected).float().mean() > 0.999


@pytest.mark.slow
def test_half_types(small_pspnet, tmp_path):
    model = small_pspnet()
    path = export(model, 'torch_export', half=True, out=tmp_path / 'net.pt2')
    program = torch.export.load(path)
    assert {weight.dtype for weight in program.state_dict.values()} == {torch.float16}
    images = torch.randn(1, 3, 64, 64)
    expected, found = logits(model, images), logits(load_exported(path), images)
    assert found.dtype == torch.float32
    assert (found - expected).abs().max() <= 2e-2 * expected.abs().max()


@pytest.mark.slow
def test_holds_operators_of_torch_alone_and_no_training_parts(exported):
    _, path, _ = exported('torch_export')
    program = torch.export.load(path)
    assert {str(node.target).split('.')[0] for node in program.graph.nodes if isinstance(
        node.target, torch._ops.OpOverload)} == {'aten'}
    assert not any('auxiliary' in name for name in program.state_dict)


def test_onnx_file(small_pspnet, tmp_path):
    require_packages('onnx')
    import onnx

    told = []
    path = export(small_pspnet(), out=tmp_path / 'net.onnx', tell=told.append)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert told[0] == 'opset 18'
    assert [(one.domain, one.version) for one in model.opset_import] == [('', 18)]
    assert not model.functions
    assert [node.name for node in model.graph.input] == ['input']
    assert [node.name for node in model.graph.output] == ['logits']
    assert {node.domain for node in model.graph.node} == {''}
    stored = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert stored['classes'] == ['dark', 'middle', 'bright']
    assert stored['std'] == [60.0, 55.0, 50.0]
    assert stored['align_corners'] is False
    free = [dimension.dim_param for dimension in model.graph.input[0].type.tensor_type.shape.dim]
    assert free == ['N', '', 'H', 'W']
    assert [path.name for path in tmp_path.iterdir()] == ['net.onnx']  # weights within


@pytest.mark.slow
def test_the_factored_head_is_exported_factored(exported):
    widths = []
    for options in ({}, {'factored': False}):
        _, path, _ = exported('torch_export', **options)
        graph = torch.export.load(path).graph
        widths.append(max(node.args[1].meta['val'].shape[1] for node in graph.nodes
                          if str(node.target).startswith('aten.conv2d')))
    assert widths == [64, 96]


def test_a_file_that_differs_is_not_left_behind(small_pspnet, tmp_path, monkeypatch):
    forward, calls = Network.forward, []

    def drifting(self, input):
        calls.append(input.shape)
        return forward(self, input) + (0 if len(calls) == 1 else 1)  # not as it was traced

    monkeypatch.setattr(Network, 'forward', drifting)
    with pytest.raises(FileDiffers, match='net.pt2 differs at 1 x 3 x 48 x 64'):
        export(small_pspnet(), 'torch_export', size=(48, 64), out=tmp_path / 'net.pt2')
    assert list(tmp_path.iterdir()) == []


def test_the_model_stays_as_it_is(small_pspnet, tmp_path):
    model = small_pspnet()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    export(model, 'torch_export', half=True, size=(32, 32), out=tmp_path / 'net.pt2')
    assert model.with_auxiliary_head
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(('given', 'message'), [
    (dict(format='onx'), r"no format 'onx' \(did you mean onnx\?\)"),
    (dict(format='torch_export', out='net.onnx'), r'net.onnx: a file of torch_export has to end in .pt2'),
    (dict(dynamic=True, size=(32, 32)), 'dynamic takes every size'),
    (dict(dynamic=False), 'give the size of the images'),
    (dict(size=(0, 32)), r'size is \(0, 32\); give \(height, width\) in pixels'),
    (dict(steps=['softmax']), "no step 'softmax'; use normalize and argmax"),
])
def test_what_is_refused(given, message, small_pspnet):
    with pytest.raises(ValueError, match=message):
        export(small_pspnet(), **given)


def test_normalizing_needs_numbers(small_pspnet):
    model = small_pspnet()
    del model.cfg
    with pytest.raises(ValueError, match='normalize needs Normalize'):
        export(model, steps=['normalize'])


def test_what_is_no_exported_model(tmp_path, small_pspnet):
    with pytest.raises(ValueError, match=r'none\.onnx: there is no such file'):
        load_exported(tmp_path / 'none.onnx')
    torch.save(small_pspnet().state_dict(), tmp_path / 'weights.pt')
    with pytest.raises(ValueError, match=r'weights\.pt: no exported model'):
        load_exported(tmp_path / 'weights.pt')
    torch.jit.save(torch.jit.trace(torch.nn.ReLU(), torch.zeros(1)), tmp_path / 'other.pt')
    with pytest.raises(ValueError, match=r'other\.pt: it lacks the metadata that tools/export.py writes'):
        load_exported(tmp_path / 'other.pt')
    (tmp_path / 'broken.pt2').write_bytes(b'nothing')
    with pytest.raises(ValueError, match=r'broken\.pt2: cannot be read'):
        load_exported(tmp_path / 'broken.pt2')
