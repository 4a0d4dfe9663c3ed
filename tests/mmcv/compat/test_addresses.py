"""Old addresses: all that user code relies on is there, and it is the thing itself."""

import importlib
import pickle
import subprocess
import sys
import types
from pathlib import Path

import pytest
from preloaded import preloaded_python

import mmcv
from mmcv.compat import passed_on
from mmcv.compat.addresses import MODULES, NAMES
from mmcv.compat.passed_on import PASSED_ON
from mmcv.config import ConfigDict

#: The public paths that DESIGN.md lists, counted over nine downstream projects.
PUBLIC = {
    'mmcv': 'Config ConfigDict DictAction imread imwrite imresize mkdir_or_exist ProgressBar',
    'mmcv.utils': 'Config DictAction Registry build_from_cfg get_git_hash get_logger print_log',
    'mmcv.utils.parrots_wrapper': '_BatchNorm SyncBatchNorm',
    'mmcv.runner': """
        get_dist_info init_dist load_checkpoint save_checkpoint load_state_dict wrap_fp16_model auto_fp16 force_fp32
        BaseModule Sequential ModuleList HOOKS Hook build_runner build_optimizer IterBasedRunner EpochBasedRunner
        obj_from_dict _load_checkpoint _load_checkpoint_with_prefix""",
    'mmcv.parallel': 'MMDataParallel MMDistributedDataParallel collate scatter is_module_wrapper',
    'mmcv.cnn': """
        ConvModule DepthwiseSeparableConvModule build_norm_layer build_conv_layer build_activation_layer
        build_plugin_layer constant_init kaiming_init normal_init trunc_normal_init fuse_conv_bn
        get_model_complexity_info""",
    'mmcv.ops': """
        PSAMask CrissCrossAttention point_sample sigmoid_focal_loss softmax_focal_loss SyncBatchNorm""",
    'mmseg.apis': """
        init_segmentor inference_segmentor show_result_pyplot train_segmentor single_gpu_test multi_gpu_test
        set_random_seed init_random_seed""",
    'mmseg.core': 'EvalHook DistEvalHook add_prefix',
    'mmseg.core.evaluation': 'get_palette get_classes mean_iou eval_metrics intersect_and_union',
    'mmseg.datasets': 'build_dataset build_dataloader DATASETS PIPELINES',
    'mmseg.datasets.builder': 'build_dataset build_dataloader DATASETS PIPELINES',
    'mmseg.datasets.custom': 'CustomDataset',
    'mmseg.datasets.pipelines': 'Compose',
    'mmseg.models': 'build_segmentor',
    'mmseg.models.builder': 'BACKBONES HEADS LOSSES NECKS SEGMENTORS',
    'mmseg.models.decode_heads.decode_head': 'BaseDecodeHead',
    'mmseg.ops': 'resize',
    'mmseg.utils': 'get_root_logger',
}
ROOT = Path(mmcv.__file__).parents[1]
PATHS = [(module, name) for module, names in PUBLIC.items() for name in names.split()]
HOMES = [(module, home, entry) for module, homes in NAMES.items()
         for home, text in homes.items() for entry in text.split()]


def python(code, *, path=()):
    """What a process of its own prints."""
    paths = [*map(str, path), str(ROOT)]
    return subprocess.run(
        [preloaded_python(), '-c', f'import sys; sys.path[:0] = {paths}\n{code}'],
        capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(('module', 'name'), PATHS)
def test_public_paths(module, name):
    value = getattr(importlib.import_module(module), name)
    named = getattr(value, '__name__', None) or getattr(value, 'name', None)
    exceptions = {'_load_checkpoint': 'fetch_checkpoint',
                  '_load_checkpoint_with_prefix': 'fetch_part',
                  'HOOKS': 'hook', 'DATASETS': 'dataset', 'PIPELINES': 'pipeline', 'BACKBONES': 'backbone',
                  'HEADS': 'head', 'LOSSES': 'loss', 'NECKS': 'neck', 'SEGMENTORS': 'segmentor'}
    assert named == exceptions.get(name, name)


@pytest.mark.parametrize(('old', 'today'), MODULES.items())
def test_old_modules(old, today):
    assert importlib.import_module(old) is importlib.import_module(today)
    parent, _, child = old.rpartition('.')
    if (parent, child) not in {(module, entry) for module, _, entry in HOMES}:
        assert getattr(sys.modules[parent], child) is sys.modules[today]


@pytest.mark.parametrize(('module', 'name'), [
    ('mmcv.cnn.utils', 'fuse_conv_bn'), ('mmseg.utils', 'collect_env'), ('mmseg.apis', 'train'),
    ('mmseg.apis', 'test')])
def test_a_function_is_not_hidden_by_its_file(module, name):
    assert python(f"""
import {module}.{name}
from {module}.{name} import {name}
print({module}.{name} is {name}, callable({name}))""") == 'True True'


@pytest.mark.parametrize(('module', 'home', 'entry'), HOMES)
def test_old_names(module, home, entry):
    old, _, new = entry.partition('=')
    scope = {}
    exec(f'from {module} import {old}', scope)
    assert scope[old] is getattr(importlib.import_module(home), new or old)


@pytest.mark.parametrize('module', NAMES)
def test_everything_of_an_old_module_is_imported_by_a_star(module):
    scope = {}
    exec(f'from {module} import *', scope)
    assert {entry.partition('=')[0] for old, _, entry in HOMES if old == module} <= scope.keys()


def test_no_entry_for_what_is_there():
    """A module of today wins over the table: an entry for one would have no effect."""
    files = [ROOT.joinpath(*name.split('.')) for name in MODULES]
    assert [file for file in files if file.is_dir() or file.with_suffix('.py').exists()] == []


def test_no_old_module_hides_a_name_of_its_package():
    hidden = []
    for name in MODULES.keys() - {f'{module}.{entry}' for module, _, entry in HOMES}:
        package, _, child = name.rpartition('.')
        if child in getattr(importlib.import_module(package), '__all__', ()):
            hidden.append(name)
    assert hidden == []


@pytest.mark.parametrize('module', PASSED_ON)
def test_names_that_were_only_passed_on(module):
    homes = {entry.partition('=')[0]: (home, entry.partition('=')[2])
             for home, text in passed_on.HOMES.items() for entry in text.split()}
    scope = {}
    for name in PASSED_ON[module].split():
        exec(f'from {module} import {name}', scope)
        home, today = homes[name]
        assert scope[name] is getattr(importlib.import_module(home), today or name)


def test_names_that_were_only_passed_on_are_in_no_star():
    assert python("""
from mmcv.runner.hooks.optimizer import *
print('OptimizerHook' in dir(), 'digit_version' in dir())""") == 'True False'


def test_unknown_names_are_unknown():
    import mmcv.utils
    import mmseg.core
    for module in (mmcv.utils, mmseg.core):
        assert not hasattr(module, 'Configs')
        with pytest.raises(ImportError, match='Configs'):
            exec(f'from {module.__name__} import Configs')
    with pytest.raises(ModuleNotFoundError, match=r'mmseg\.core\.nothing'):
        importlib.import_module('mmseg.core.nothing')
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module('mmseg.apis.benchmark.nothing')


def test_what_lies_below_a_moved_package_moves_along():
    from mmseg.benchmark.suites import options
    assert importlib.import_module('mmseg.apis.benchmark.suites.options') is options
    import mmseg.apis.benchmark.suites.options as old
    assert old is options


def test_private_parts_of_a_module_are_those_of_today(monkeypatch):
    import mmcv.engine.test
    import mmcv.runner
    from mmcv.engine import inference
    monkeypatch.setattr('mmcv.engine.test._predictions', 'patched')
    assert inference._predictions == 'patched'
    assert mmcv.utils.Registry.__module__ == 'mmcv.utils.registry'
    assert isinstance(mmcv.runner.hooks, types.ModuleType)


def test_old_modules_below_one_that_is_still_there():
    from mmcv.runner import optimizer
    from mmcv.runner.optimizer.builder import build_optimizer
    from mmcv.runner.optimizer.default_constructor import DefaultOptimizerConstructor
    assert build_optimizer is optimizer.build_optimizer
    assert DefaultOptimizerConstructor is optimizer.DefaultOptimizerConstructor
    with pytest.raises(ModuleNotFoundError, match='nothing'):
        importlib.import_module('mmcv.runner.optimizer.nothing')


def test_pickles_of_old_paths():
    """As those of a process that ended before the module moved."""
    assert pickle.loads(b'cmmcv.utils.config\nConfigDict\n.') is ConfigDict
    today = pickle.dumps(ConfigDict(a=1), protocol=0)
    old = today.replace(ConfigDict.__module__.encode(), b'mmcv.utils.config_dict')
    assert old != today
    assert type(pickle.loads(old)) is ConfigDict


def test_a_projects_own_module_wins(tmp_path):
    ops = tmp_path / 'mmseg' / 'ops'
    ops.mkdir(parents=True)
    (tmp_path / 'mmseg' / '__init__.py').touch()
    (ops / '__init__.py').write_text('from .wrappers import resize')
    (ops / 'wrappers.py').write_text('resize = "their own"')
    assert python('import mmcv, mmseg.ops.wrappers\nprint(mmseg.ops.wrappers.resize)', path=[tmp_path]) == 'their own'
    assert python("""
import mmcv, importlib
for name in ('mmseg.core', 'mmseg.utils.logger', 'mmseg.ops.nothing'):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        print(error.name)""", path=[tmp_path]).split() == ['mmseg.core', 'mmseg.utils', 'mmseg.ops.nothing']


def test_through_a_link(tmp_path):
    (tmp_path / 'mmcv').symlink_to(ROOT / 'mmcv')
    code = 'import mmcv; from mmcv.cnn.utils.weight_init import kaiming_init; print(mmcv.__file__)'
    assert python(code, path=[tmp_path]).startswith(str(tmp_path))


def test_nothing_is_loaded_before_it_is_asked_for():
    homes = {home for _, home, _ in HOMES} | set(MODULES.values())
    homes = sorted(home for home in homes if home.startswith('mm') and not home.startswith('mmcv.utils'))
    assert python(f"""
import mmcv, mmcv.utils
print([name for name in {homes} if name in sys.modules])
import mmseg.core.evaluation
print([name for name in sys.modules if name.startswith(('mmseg.evaluation', 'mmseg.datasets', 'mmseg.models'))])
""").splitlines() == ['[]', '[]']


def test_attributes_of_mmcv():
    assert python("""
import mmcv
print(mmcv.utils.Config is mmcv.Config, mmcv.utils.DictAction.__name__, mmcv.fileio.load.__name__)
import mmcv.runner
print(mmcv.runner.BaseModule.__name__, mmcv.runner._load_checkpoint.__name__)
""").splitlines() == ['True DictAction load', 'BaseModule fetch_checkpoint']


def test_a_second_installation_changes_nothing():
    before = list(sys.meta_path)
    mmcv.compat.install()
    assert sys.meta_path == before
