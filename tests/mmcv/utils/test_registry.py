"""Registries, and what is said about a config that cannot be built."""

import copy
import functools
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from preloaded import preloaded_python
from torch import nn

from mmcv.config import Config, ConfigDict
from mmcv.utils import ConfigError, Registry, build_from_cfg, deprecated_api_warning, registry

BACKBONES = Registry('test_backbone', base=nn.Module)
HEADS = Registry('test_head', base=nn.Module)
STEPS = Registry('test_step')
OPTIMIZERS = Registry('test_optimizer', base=torch.optim.Optimizer)
OPTIMIZERS.register_module(module=torch.optim.SGD)


@BACKBONES.register_module()
class Net(nn.Module):

    def __init__(self, depth, in_channels=3, norm=None):
        super().__init__()
        self.args = (depth, in_channels, norm)


@HEADS.register_module()
class BaseHead(nn.Module):

    def __init__(self, channels, num_classes=2, ratio=0.1):
        super().__init__()
        if ratio > 1:
            raise ValueError(f'ratio {ratio} is above 1')
        self.args = (channels, num_classes, ratio)


@HEADS.register_module()
class PoolHead(BaseHead):

    def __init__(self, pool_scales=(1, 2), **kwargs):
        self.legacy = kwargs.pop('legacy', None)
        super().__init__(**kwargs)


@HEADS.register_module()
class Model(nn.Module):

    def __init__(self, head, **kwargs):
        super().__init__()
        self.head = HEADS.build(head)


@STEPS.register_module(name=['Crop', 'OldCrop'])
class Crop:

    def __init__(self, crop_size, *, pad=0):
        self.args = (crop_size, pad)


@STEPS.register_module()
def scale(x, factor=2):
    return x * factor


@STEPS.register_module()
class Anything:

    def __init__(self, **kwargs):
        self.kwargs = kwargs


def config(tmp_path, text):
    (tmp_path / 'x.py').write_text(text)
    return Config.fromfile(tmp_path / 'x.py')


def message(registry, cfg, *args, error=ConfigError, **kwargs):
    with pytest.raises(error) as caught:
        registry.build(cfg, *args, **kwargs)
    return str(caught.value)


class TestRegister:

    def test_names(self):
        assert STEPS.get('Crop') is STEPS.get('OldCrop') is Crop
        assert 'Crop' in STEPS
        assert 'Drop' not in STEPS
        assert STEPS.get('Drop') is None
        assert len(HEADS) == 3
        assert HEADS.module_dict['PoolHead'] is PoolHead
        assert repr(BACKBONES) == "Registry(name=test_backbone, items=['Net'])"

    def test_taken_name(self):
        with pytest.raises(KeyError, match='already registered in test_head'):
            HEADS.register_module(module=BaseHead)
        registry = Registry('other')
        registry.register_module('A', module=int)
        registry.register_module('A', force=True, module=float)
        assert registry.get('A') is float

    def test_without_parentheses(self):
        registry = Registry('other')

        @registry.register_module
        class Plain:
            pass

        assert registry.get('Plain') is Plain

    @pytest.mark.parametrize('module', [Crop, 5, nn.ReLU()])
    def test_foreign_kind(self, module):
        with pytest.raises(TypeError, match='subclass of Module'):
            BACKBONES.register_module(name='X', module=module)
        assert 'X' not in BACKBONES

    def test_parent_and_children(self):
        parent, child = Registry('layer', scope='lib'), None
        child = Registry('layer', parent=parent, scope='app')
        parent.register_module(module=nn.ReLU)
        child.register_module(module=nn.GELU)
        assert child.get('ReLU') is nn.ReLU
        assert parent.get('GELU') is None
        assert parent.get('app.GELU') is child.get('app.GELU') is nn.GELU
        assert isinstance(child.build(dict(type='ReLU', inplace=True)), nn.ReLU)

    def test_build_function(self):
        registry = Registry('x', build_func=lambda cfg, extra, registry: (cfg, extra, registry.name))
        assert registry.build(1, 2) == (1, 2, 'x')


FILES = {
    '__init__': """
from mmcv.utils import Registry
from mmcv.utils.registered import lazy_folder
NETS = Registry('net', folder=__name__)
PARTS = Registry('part', folder=__name__)
__getattr__, __dir__ = lazy_folder(__name__, 'inner', {'.wide': 'helper'})
""",
    'wide': """
from nets import NETS
def helper(): pass
@NETS.register_module()
class WideNet:
    def __init__(self, width=1): self.width = width
@NETS.register_module(name=('Thin', 'Thinner'), force=False)
@NETS.register_module('Slim')  # once more
class ThinNet: pass
def later():
    @NETS.register_module()
    class Hidden: pass
""",
    'wide_too': """
from . import NETS, PARTS
from .wide import WideNet
import collections
@PARTS.register_module(
    force=True,
)
def part(): pass
NETS.register_module(module=collections.OrderedDict)
NETS.register_module('Count', module=collections.Counter)
""",
    'broken': 'from nets import NETS\nimport no_such_module\n@NETS.register_module\nclass Broken: pass\n',
    'inner/__init__': 'from mmcv.utils.registered import lazy_folder\n__getattr__, __dir__ = lazy_folder(__name__)\n',
    'inner/deep': 'from nets import NETS\n@NETS.register_module()\nclass Deep: pass\n',
}


@pytest.fixture
def nets(tmp_path, monkeypatch):
    """A package whose files register in two registries."""
    for name, text in FILES.items():
        path = tmp_path / 'nets' / f'{name}.py'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module('nets')
    for name in [name for name in sys.modules if name.partition('.')[0] == 'nets']:
        del sys.modules[name]
    registry.registrations.cache_clear()


class TestLazy:
    """Names that files register are known before the files are imported."""

    ALL = {'WideNet', 'Thin', 'Thinner', 'Slim', 'OrderedDict', 'Count', 'Broken', 'Deep'}

    def loaded(self):
        return {name for name in sys.modules if name.startswith('nets.')}

    def test_knows_names_without_imports(self, nets):
        assert self.loaded() == set()
        assert set(nets.NETS) == self.ALL
        assert len(nets.NETS) == 8
        assert list(nets.PARTS) == ['part']
        assert 'Deep' in nets.NETS
        assert 'nets.Deep' in nets.NETS
        assert 'Hidden' not in nets.NETS
        assert 'ThinNet' not in nets.NETS
        assert "'Thinner', 'WideNet'" in repr(nets.NETS)
        assert message(nets.NETS, dict(type='WideNt')).endswith('(did you mean WideNet?)')
        assert message(nets.PARTS, dict(type='Deep')).endswith('it is a net')
        assert self.loaded() == set()

    def test_building_imports_that_module_only(self, nets):
        assert nets.NETS.build(dict(type='WideNet', width=3)).width == 3
        assert self.loaded() == {'nets.wide'}
        assert nets.NETS.get('nets.Deep').__name__ == 'Deep'
        assert self.loaded() == {'nets.wide', 'nets.inner', 'nets.inner.deep'}
        assert nets.NETS.get('Hidden') is None
        assert not {'nets.broken', 'nets.wide_too'} & self.loaded()

    def test_a_broken_module_says_so_each_time(self, nets):
        for _ in range(2):
            with pytest.raises(ImportError, match='no_such_module'):
                nets.NETS.get('Broken')

    def test_module_dict_loads_all(self, nets):
        Path(nets.__file__).with_name('broken.py').unlink()
        assert set(nets.NETS.module_dict) == self.ALL - {'Broken'}
        assert nets.NETS._module_dict is nets.NETS.module_dict

    def test_a_further_folder(self, nets):
        other = Registry('other')
        nets.PARTS.add_folder('mmseg.models.losses')
        assert 'part' in nets.PARTS
        other.add_folder('nets')
        assert list(other) == []

    def test_a_package_exports_what_its_files_register(self, nets):
        assert nets.__all__ == ['Broken', 'Deep', 'ThinNet', 'WideNet', 'helper', 'part']
        assert {'Deep', 'NETS', 'helper'} <= set(dir(nets))
        assert self.loaded() == {'nets.inner'}
        assert nets.Deep is nets.inner.Deep is nets.NETS.get('Deep')
        assert nets.helper is nets.wide.helper
        with pytest.raises(AttributeError, match='Hidden'):
            _ = nets.Hidden
        with pytest.raises(ImportError, match='Hidden'):
            exec('from nets import Hidden')
        exec('from nets import wide_too')


class TestOwnNames:
    """A project's registration of a name that is built in wins; two of its own collide."""

    @pytest.fixture(autouse=True)
    def built_in(self, nets, monkeypatch):
        monkeypatch.setattr(registry, '_OURS', (str(Path(nets.__file__).parent),))

    class WideNet:
        """A project's own."""

    @pytest.mark.parametrize('ours_first', [True, False])
    def test_a_project_wins(self, nets, ours_first):
        if ours_first:
            importlib.import_module('nets.wide')
        nets.NETS.register_module(module=self.WideNet)
        importlib.import_module('nets.wide')
        assert nets.NETS.get('WideNet') is self.WideNet
        assert nets.WideNet is nets.wide.WideNet is not self.WideNet
        assert nets.NETS.get('Slim') is nets.wide.ThinNet
        with pytest.raises(KeyError, match='already registered in net'):
            nets.NETS.register_module(module=self.WideNet)

    def test_two_of_ours_collide(self, nets):
        wide = Path(nets.__file__).with_name('wide.py')
        wide.with_name('again.py').write_text(wide.read_text())
        importlib.import_module('nets.wide')
        with pytest.raises(KeyError, match='already registered in net'):
            importlib.import_module('nets.again')


def test_own_architectures_win_over_those_of_mmseg(tmp_path):
    """Also where the project's class derives from ours, and in mmcv's registries."""
    (tmp_path / 'project.py').write_text("""
from mmcv.cnn import UPSAMPLE_LAYERS
from mmseg.models import BACKBONES, ResNet as Ours
@BACKBONES.register_module()
class ResNet(Ours): pass
@BACKBONES.register_module()
class UNet(Ours): pass
@UPSAMPLE_LAYERS.register_module()
class InterpConv(Ours): pass
import mmseg.models.backbones.unet
assert BACKBONES.get('ResNet') is ResNet and BACKBONES.get('UNet') is UNet
assert UPSAMPLE_LAYERS.get('InterpConv') is InterpConv
try:
    BACKBONES.register_module(module=UNet)
except KeyError:
    print('collides')
""")
    text = f'import sys; sys.path[:] = {[str(tmp_path), *sys.path]!r}; import project'
    done = subprocess.run([preloaded_python(), '-c', text], capture_output=True, text=True, check=True)
    assert done.stdout == 'collides\n'


def test_mmseg_models_loads_no_architecture():
    text = f"""
import sys
sys.path[:] = {sys.path!r}
import mmseg.models
from mmcv.cnn import UPSAMPLE_LAYERS, build_upsample_layer
assert {{'ResNet', 'UNet'}} <= set(mmseg.models.BACKBONES)
assert 'InterpConv' in UPSAMPLE_LAYERS
assert not [name for name in sys.modules if 'resnet' in name or 'unet' in name or 'psp_head' in name]
build_upsample_layer(dict(type='InterpConv'), 2, 2)
"""
    subprocess.run([preloaded_python(), '-c', text], check=True)


class TestBuild:

    def test_by_name_class_and_function(self):
        assert BACKBONES.build(dict(type='Net', depth=5)).args == (5, 3, None)
        assert BACKBONES.build(dict(type=Net, depth=5, norm=dict(a=1))).args == (5, 3, dict(a=1))
        assert STEPS.build(dict(type='scale', x=4)) == 8

    def test_arguments_of_the_bases(self):
        assert HEADS.build(dict(type='PoolHead', channels=4, num_classes=7)).args == (4, 7, 0.1)

    def test_config_is_not_changed(self):
        cfg = ConfigDict(type='Net', depth=5)
        before = copy.deepcopy(cfg)
        build_from_cfg(cfg, BACKBONES, dict(in_channels=1))
        assert cfg == before

    def test_default_arguments(self):
        assert STEPS.build(dict(type='Crop', crop_size=1), default_args=dict(pad=2, crop_size=3)).args == (1, 2)
        assert STEPS.build(dict(crop_size=1), default_args=dict(type='Crop')).args == (1, 0)
        with pytest.raises(TypeError, match='unexpected') as caught:  # ours, not the user's
            STEPS.build(dict(type='Crop', crop_size=1), default_args=dict(stride=2))
        assert not isinstance(caught.value, ConfigError)

    def test_open_arguments(self):
        assert STEPS.build(dict(type='Anything', a=1, b=2)).kwargs == dict(a=1, b=2)

    def test_arguments_that_are_not_for_the_base(self):

        class Wrapper(BaseHead):

            def __init__(self, name, **kwargs):
                super().__init__(channels=1)
                self.inner = kwargs

        assert HEADS.build(dict(type=Wrapper, name='x', depth=3)).inner == dict(depth=3)

    def test_argument_that_a_constructor_takes_out_of_kwargs(self):
        assert HEADS.build(dict(type='PoolHead', channels=1, legacy=5)).legacy == 5

    def test_partial_and_renamed_arguments(self):
        STEPS.register_module('double', force=True, module=functools.partial(scale, factor=2))
        assert STEPS.build(dict(type='double', x=3)) == 6

        @STEPS.register_module(force=True)
        class Renamed:

            @deprecated_api_warning(dict(old='new'))
            def __init__(self, new):
                self.new = new

        with pytest.warns(DeprecationWarning, match='use new'):
            assert STEPS.build(dict(type='Renamed', old=3)).new == 3
        assert 'did you mean' in message(STEPS, dict(type='Renamed', new=1, neww=1))

    def test_torch_classes(self):
        params = [nn.Parameter(torch.zeros(1))]
        assert OPTIMIZERS.build(dict(type='SGD', lr=0.1), default_args=dict(params=params)).defaults['lr'] == 0.1
        assert 'did you mean momentum' in message(
            OPTIMIZERS, dict(type='SGD', lr=0.1, momentun=1), default_args=dict(params=params))


class TestMistakes:

    def test_unknown_argument(self, tmp_path):
        cfg = config(tmp_path, "model = dict(\n  head=dict(\n    type='PoolHead', channels=1,\n    pool_scale=3))")
        assert message(HEADS, cfg.model.head, error=TypeError) == (
            f'{tmp_path}/x.py:4: model.head.pool_scale: PoolHead takes no such argument (did you mean pool_scales?)')

    @pytest.mark.parametrize('switch', [bool, bool | None, 'bool', 'bool | None'])
    def test_text_is_no_switch(self, tmp_path, switch):
        def Layer(inplace=True):
            return inplace

        Layer.__annotations__['inplace'] = switch
        registry = Registry('layer')
        registry.register_module(module=Layer)
        cfg = config(tmp_path, "a = dict(type='Layer', inplace='no')")
        assert message(registry, cfg.a) == f"{tmp_path}/x.py:1: a.inplace: Layer: use True or False, not 'no'"
        assert registry.build({'type': 'Layer', 'inplace': False}) is False

    def test_unknown_argument_in_a_list(self, tmp_path):
        cfg = config(tmp_path, "steps = [dict(type='scale', x=1), dict(type='Crop', crop_siz=2)]\nd = dict(p=steps)")
        assert message(STEPS, cfg.d.p[1]).startswith(f'{tmp_path}/x.py:1: d.p[1].crop_siz: Crop takes no such argument')

    def test_unknown_argument_from_options_and_code(self, tmp_path):
        cfg = config(tmp_path, "head = dict(type='PoolHead', channels=1)")
        cfg.merge_from_dict({'head.numclasses': 3})
        assert message(HEADS, cfg.head).startswith('--cfg-options: head.numclasses: ')
        cfg.head = dict(type='PoolHead', chanels=1)
        assert 'test_registry.py:' in message(HEADS, cfg.head)

    def test_place_survives_copies(self, tmp_path):
        cfg = config(tmp_path, "a = dict(b=dict(type='Net', dept=1))")
        for clone in (cfg.a.b.copy(), copy.deepcopy(cfg.a).b, copy.deepcopy(cfg).a.b, ConfigDict(cfg.a).b):
            assert message(BACKBONES, clone).startswith(f'{tmp_path}/x.py:1: a.b.dept: Net takes no such argument')

    def test_plain_dict(self):
        assert message(BACKBONES, dict(type='Net', dept=1)) == 'dept: Net takes no such argument (did you mean depth?)'

    def test_missing_argument(self, tmp_path):
        cfg = config(tmp_path, "net = dict(\n    type='Net')\nhead = dict(type='PoolHead')")
        assert message(BACKBONES, cfg.net) == f'{tmp_path}/x.py:2: net: Net needs depth'
        assert message(HEADS, cfg.head) == f'{tmp_path}/x.py:3: head: PoolHead needs channels'

    def test_unknown_type(self, tmp_path):
        cfg = config(tmp_path, "net = dict(type='Nett', depth=1)")
        assert message(BACKBONES, cfg.net, error=KeyError) == (
            f'{tmp_path}/x.py:1: net.type: Nett is not in the test_backbone registry; there are Net; to use one of '
            'your own, put @BACKBONES.register_module() above its class, in a module that custom_imports names '
            '(did you mean Net?)')

    def test_name_of_another_version(self, tmp_path):
        registry = Registry('step', elsewhere={'OldStep': "type='Crop'", 'where': 'crop_size'})
        registry.register_module(module=Crop)
        cfg = config(tmp_path, "a = dict(type='OldStep')\nb = dict(type='Crop', where=3)")
        assert message(registry, cfg.a).endswith("OldStep is not in the step registry: write type='Crop'")
        assert message(registry, cfg.b).endswith('Crop takes no such argument: write crop_size')

    def test_text_is_no_number(self, tmp_path):
        cfg = config(tmp_path, "a = dict(type='SGD', lr='0.1')\nb = dict(type='Crop', crop_size=1, pad='2')\n"
                               "c = dict(type='Crop', crop_size=1, pad='edge')")
        assert message(OPTIMIZERS, cfg.a, default_args=dict(params=[])) == (
            f"{tmp_path}/x.py:1: a.lr: SGD: use a number, not the text '0.1'")
        assert message(STEPS, cfg.b) == f"{tmp_path}/x.py:2: b.pad: Crop: use a number, not the text '2'"
        assert STEPS.build(cfg.c).args == (1, 'edge')

    @pytest.mark.parametrize('key', ['ratio', 'depth'])
    def test_a_key_that_belongs_to_the_type_of_a_base(self, tmp_path, key):
        """One that the new type refuses, and one that it does not take."""
        (tmp_path / 'base.py').write_text(f"model = dict(\n    head=dict(type='Net', {key}=2))")
        cfg = config(tmp_path, "_base_ = 'base.py'\nmodel = dict(\n\n    head=dict(type='BaseHead', channels=1))")
        told = message(HEADS, copy.deepcopy(cfg).model.head, error=ValueError)
        assert told.startswith(f'{tmp_path}/base.py:2: model.head.{key}: BaseHead')
        assert f'inherited from {tmp_path}/base.py:2, where it belongs to Net' in told
        assert f"write _delete_=True beside type='BaseHead' ({tmp_path}/x.py:4, model.head)" in told
        cfg.merge_from_dict({'model.head.wrong': 1})
        cfg.model.head.pop(key)
        assert message(HEADS, cfg.model.head) == '--cfg-options: model.head.wrong: BaseHead takes no such argument'

    def test_type_of_another_registry(self):
        assert message(BACKBONES, dict(type='PoolHead')) == (
            'type: PoolHead is not in the test_backbone registry, it is a test_head')

    @pytest.mark.parametrize(('kind', 'part'), [(Crop, 'subclass of Module'), (5, 'not 5'), (int, 'int is not')])
    def test_type_that_does_not_fit(self, kind, part):
        assert part in message(BACKBONES, dict(type=kind), error=TypeError)

    def test_no_type(self, tmp_path):
        cfg = config(tmp_path, 'net = dict(depth=1)')
        assert message(BACKBONES, cfg.net).startswith(f'{tmp_path}/x.py:1: net: `type` is missing')

    @pytest.mark.parametrize('cfg', [None, 'Net', [dict(type='Net')]])
    def test_no_dict(self, cfg):
        assert 'dict' in message(BACKBONES, cfg, error=TypeError)

    def test_no_registry(self):
        with pytest.raises(TypeError, match='Registry'):
            build_from_cfg(dict(type='Net'), 'BACKBONES')

    def test_value_error_gets_the_innermost_place_once(self, tmp_path):
        cfg = config(tmp_path, "model = dict(type='Model',\n    head=dict(type='BaseHead', channels=1, ratio=2))")
        assert message(HEADS, cfg.model, error=ValueError) == (
            f'{tmp_path}/x.py:2: model.head.ratio: BaseHead: ratio 2 is above 1')

    def test_nested_mistake_keeps_its_place(self, tmp_path):
        cfg = config(tmp_path, "model = dict(type='Model',\n    head=dict(type='BaseHead', channel=1))")
        assert message(HEADS, cfg.model).startswith(f'{tmp_path}/x.py:2: model.head.channel: BaseHead takes no such')

    @pytest.mark.parametrize('kind', [RuntimeError, KeyError, TypeError, AssertionError])
    def test_other_errors_pass(self, kind):

        def fail():
            raise kind('unexpected keyword argument')

        with pytest.raises(kind, match='^.?unexpected keyword argument') as caught:
            build_from_cfg(dict(type=fail), STEPS)
        assert not isinstance(caught.value, ConfigError)


class TestOldMethods:

    def test_register_module(self):
        registry = Registry('part')
        assert registry._register_module(Net) is None
        registry._register_module(Model, module_name=['a', 'b'])
        with pytest.raises(KeyError, match='Net is already registered'):
            registry._register_module(Net)
        registry._register_module(Model, 'Net', force=True)
        assert registry.get('Net') is registry.get('a') is registry.get('b') is Model

    def test_scopes(self):
        def scope():
            return Registry.infer_scope()

        assert scope() == Registry('part').scope == __name__.split('.')[0]
        assert Registry.split_scope_key('mmdet.models.ResNet') == ('mmdet', 'models.ResNet')
        assert Registry.split_scope_key('ResNet') == (None, 'ResNet')

    def test_children(self):
        parent, child = Registry('part'), Registry('part', scope='own')
        child.register_module(module=Net)
        assert parent.get('own.Net') is None
        parent._add_children(child)
        assert parent.get('own.Net') is Net


def test_a_function_may_make_what_a_registry_holds(tmp_path):
    registry = Registry('maker', base=nn.Module)

    @registry.register_module()
    def small_net(**kwargs):
        return Net(18, **kwargs)

    assert registry.build(dict(type='small_net', in_channels=4)).args == (18, 4, None)
    assert registry.build(dict(type=small_net)).args == (18, 3, None)
    registry.register_module(module=scale)
    cfg = config(tmp_path, "net = dict(type='scale', x=2)")
    assert message(registry, cfg.net, error=TypeError) == (
        f'{tmp_path}/x.py:1: net.type: scale makes a int, which is no Module (maker)')
