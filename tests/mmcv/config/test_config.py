"""The Config object: access, overrides, origins, text."""

import copy
import io
import math
import pickle

import numpy as np
import pytest
from torch import nn

import mmcv
from mmcv.config import Config, ConfigDict, check_known_keys
from mmcv.utils import ConfigError, ConfigKeyError, ConfigTypeError

FILE = """\
norm = dict(type='BN')
model = dict(
    backbone=dict(type='R', depth=50, norm=norm),
    heads=[dict(type='A', norm=norm),
           dict(type='B', n=2)],
    scales=(1, 2, 3))
pipeline = [dict(type='Load'), dict(
    type='Resize', img_scal=(1, 2))]
model['backbone']['style'] = 'x'
custom = {'a.b': dict(lr=1),
          3: None}
"""


@pytest.fixture
def cfg(tmp_path):
    path = tmp_path / 'a.py'
    path.write_text(FILE)
    return Config.fromfile(str(path))


class TestAccess:

    def test_attributes_and_items(self, cfg):
        assert cfg.model.backbone.depth == cfg['model']['backbone']['depth'] == 50
        assert cfg.get('nothing') is None
        assert cfg.get('nothing', 3) == 3
        assert 'model' in cfg
        assert 'backbone' not in cfg
        assert list(cfg) == list(cfg.keys()) == ['norm', 'model', 'pipeline', 'custom']
        assert len(cfg) == 4
        assert hasattr(cfg, 'model')
        assert not hasattr(cfg, 'modle')

    def test_what_is_set_can_be_read_both_ways(self, cfg):
        cfg.a = dict(b=dict(c=1), d=[dict(e=2)], f=(dict(g=3),))
        cfg['h'] = dict(i=4)
        cfg.model.backbone.new = dict(j=5)
        cfg.model.heads.append(6)
        assert (cfg.a.b.c, cfg.a.d[0].e, cfg.a.f[0].g, cfg.h.i, cfg.model.backbone.new.j) == (1, 2, 3, 4, 5)
        assert cfg['model']['heads'][2] == 6

    def test_pop_update_delete(self, cfg):
        assert cfg.pop('norm') == dict(type='BN')
        assert cfg.pop('norm', None) is None
        cfg.update(dict(model=dict(backbone=dict(depth=18)), z=1))
        assert (cfg.model.backbone.depth, cfg.model.backbone.type, cfg.z) == (18, 'R', 1)
        del cfg.z
        del cfg['pipeline']
        assert list(cfg) == ['model', 'custom']
        assert cfg.setdefault('hooks', []) is cfg.hooks

    def test_missing_attribute_names_the_nearest(self, cfg):
        with pytest.raises(AttributeError, match='did you mean backbone'):
            _ = cfg.model.backbon
        with pytest.raises(KeyError):
            cfg['nothing']

    def test_file(self, cfg, tmp_path):
        assert cfg.filename == str(tmp_path / 'a.py')
        assert cfg.text == f'{tmp_path / "a.py"}\n{FILE}'
        assert repr(cfg).startswith(f"Config (path: {cfg.filename}): {{'norm': ")

    def test_text_has_the_bases_first(self, cfg, tmp_path):
        (tmp_path / 'b.py').write_text("_base_ = 'a.py'")
        text = Config.fromfile(tmp_path / 'b.py').text
        assert text == f"{cfg.text}\n{tmp_path / 'b.py'}\n_base_ = 'a.py'"

    @pytest.mark.parametrize('key', ['filename', 'text', 'pretty_text'])
    def test_reserved_keys(self, cfg, key):
        for attempt in (
            lambda: Config({key: 1}), lambda: setattr(cfg, key, 1), lambda: cfg.__setitem__(key, 1),
            lambda: cfg.merge_from_dict({f'{key}.x': 1}),
        ):
            with pytest.raises(ConfigKeyError, match=key):
                attempt()

    def test_only_from_a_dict(self):
        with pytest.raises(TypeError, match='list'):
            Config([1])

    def test_source_is_not_shared(self):
        source = dict(a=dict(b=[dict(c=1)]))
        cfg = Config(source)
        cfg.a.b[0].c = 2
        assert source == dict(a=dict(b=[dict(c=1)]))
        assert Config()._cfg_dict == {}

    def test_a_config_as_a_value_is_its_keys(self, cfg, tmp_path):
        path = tmp_path / 'outer.py'
        path.write_text('from mmcv import Config\ninner = Config(dict(a=1))\nheads = [Config(dict(b=2))]\n')
        outer = Config.fromfile(path)
        outer.third = cfg
        assert (outer.inner.a, outer.heads) == (1, [dict(b=2)])
        assert outer.third == cfg
        assert Config.fromstring(outer.pretty_text, '.py') == outer

    @pytest.mark.parametrize('clone', [
        copy.deepcopy, copy.copy, lambda c: pickle.loads(pickle.dumps(c)),
        lambda c: mmcv.load(io.BytesIO(mmcv.dump(c, file_format='pkl')), file_format='pkl')])
    def test_copies_keep_everything(self, cfg, clone):
        other = clone(cfg)
        assert other == cfg
        assert (other.filename, other.text) == (cfg.filename, cfg.text)
        assert other.origin('model.heads.1.n') == cfg.origin('model.heads.1.n')
        assert isinstance(other.model.heads[0], ConfigDict)
        other.extra = 1
        assert 'extra' not in cfg

    def test_deep_copy_is_deep(self, cfg):
        copy.deepcopy(cfg).model.backbone.depth = 1
        assert cfg.model.backbone.depth == 50


class TestMerge:

    def test_dotted_keys_and_indices(self, cfg):
        cfg.merge_from_dict({
            'model.backbone.depth': 18, 'model.heads.1.type': 'C', 'model.heads.0': dict(extra=1), 'model.scales.2': 6,
            'new.deep.key': 'x', 'pipeline': {'1': dict(keep=True)}})
        assert cfg.model.backbone.depth == 18
        assert cfg.model.heads == [dict(type='A', norm=dict(type='BN'), extra=1), dict(type='C', n=2)]
        assert cfg.model.scales == (1, 2, 6)
        assert cfg.new.deep.key == 'x'
        assert cfg.pipeline[1] == dict(type='Resize', img_scal=(1, 2), keep=True)

    def test_shared_dicts_change_in_one_place(self, cfg):
        cfg.merge_from_dict({'model.backbone.norm.type': 'GN'})
        assert (cfg.norm.type, cfg.model.backbone.norm.type, cfg.model.heads[0].norm.type) == ('BN', 'GN', 'BN')

    @pytest.mark.parametrize('options', [
        {'model.backbone._delete_': True, 'model.backbone.type': 'S'},
        {'model.backbone.type': 'S', 'model.backbone._delete_': True},
        {'model.backbone': dict(type='S', _delete_=True)},
    ])
    def test_delete(self, cfg, options):
        cfg.merge_from_dict(options)
        assert cfg.model.backbone == dict(type='S')

    def test_delete_in_a_list(self, cfg):
        cfg.merge_from_dict({'model.heads.0': dict(_delete_=True, type='Z'), 'model.heads.1': 5})
        assert cfg.model.heads == [dict(type='Z'), 5]

    def test_values_replace_dicts_and_lists(self, cfg):
        cfg.merge_from_dict({'model.backbone': None, 'pipeline': [1]})
        assert (cfg.model.backbone, cfg.pipeline) == (None, [1])

    @pytest.mark.parametrize(('options', 'parts'), [
        ({'model.heads.2.n': 1}, ['model.heads.2', '2 elements']),
        ({'model.heads.x': 1}, ['model.heads.x', 'index']),
        ({'model.heads.-1.n': 1}, ['model.heads.-1', 'index']),
        ({'model.backbone.depth.x': 1}, ['model.backbone.depth', '50']),
        ({'a': 1, 'a.b': 2}, ['a.b']),
    ])
    def test_errors(self, cfg, options, parts):
        before = copy.deepcopy(cfg)
        with pytest.raises(ConfigError, match='^--cfg-options: ') as caught:
            cfg.merge_from_dict(options)
        assert all(part in str(caught.value) for part in parts)
        assert cfg == before

    def test_list_keys_can_be_forbidden(self, cfg):
        with pytest.raises(TypeError):
            cfg.merge_from_dict({'model.heads.0.n': 1}, allow_list_keys=False)

    def test_numbers_are_keys_of_dicts(self):
        cfg = Config(dict(a={'0': 1}))
        cfg.merge_from_dict({'a.0': 2, 'a.1': 3})
        assert cfg.a == {'0': 2, '1': 3}

    def test_options_are_not_changed(self, cfg):
        options = {'model.backbone': dict(_delete_=True, x=[dict(y=1)])}
        cfg.merge_from_dict(options)
        cfg.model.backbone.x[0].y = 2
        assert options == {'model.backbone': dict(_delete_=True, x=[dict(y=1)])}


class TestOrigin:

    def test_lines(self, cfg, tmp_path):
        path = tmp_path / 'a.py'
        for key, line in {
            'model': 2, 'model.backbone.depth': 3, 'model.backbone.norm.type': 1, 'model.heads.1.n': 5,
            'model.heads[1].n': 5, 'model.scales.1': 6, 'pipeline[1].img_scal': 8, 'pipeline[1]': 7,
            'model.backbone.style': 9, 'custom.a.b.lr': 10, 'custom.3': 11,
        }.items():
            assert cfg.origin(key) == f'{path}:{line}', key

    def test_short_inside_the_working_directory(self, cfg, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert cfg.origin('norm.type') == 'a.py:1'

    def test_inheritance(self, cfg, tmp_path):
        child = tmp_path / 'b.py'
        child.write_text(
            "_base_ = 'a.py'\nmodel = dict(\n    backbone=dict(depth=1),\n    heads=dict(_delete_=True, k=2))\n"
            'ref = {{ _base_.model.backbone }}\nfor i in range(2):\n    last = i\n')
        cfg = Config.fromfile(child)
        base = tmp_path / 'a.py'
        for key, origin in {
            'model.backbone.depth': f'{child}:3', 'model.backbone.type': f'{base}:3', 'model.heads.k': f'{child}:4',
            'ref': f'{child}:5', 'ref.depth': f'{base}:3', 'last': f'{child}:7',
        }.items():
            assert cfg.origin(key) == origin, key

    @pytest.mark.parametrize(('name', 'text'), [
        ('a.json', '\n{"a": {"b": 1,\n"c": [{"d": 2}]}}'), ('a.yaml', '\na: {b: 1,\n c: [{d: 2}]}\n')])
    def test_data_files(self, tmp_path, name, text):
        pytest.importorskip('yaml')
        (tmp_path / name).write_text(text)
        cfg = Config.fromfile(tmp_path / name)
        assert cfg.origin('a.b') == f'{tmp_path / name}:2'
        assert cfg.origin('a.c.0.d') == f'{tmp_path / name}:3'

    def test_options(self, cfg):
        cfg.merge_from_dict({'model.backbone.depth': 1, 'model.heads.0': dict(new=dict(x=1)), 'model.scales.0': 3})
        assert cfg.origin('model.backbone.depth') == cfg.origin('model.heads.0.new.x') == '--cfg-options'
        assert cfg.origin('model.backbone.type').endswith('a.py:3')

    def test_code(self, cfg):
        cfg.work_dir = 'x'
        cfg.model.backbone = dict(
            depth=3)
        assert 'test_config.py:' in cfg.origin('work_dir')
        assert 'test_config.py:' in cfg.origin('model.backbone.depth')

    def test_plain_dict_has_none(self):
        assert Config(dict(a=dict(b=1))).origin('a.b') is None

    def test_unset_key_of_a_known_dict(self, cfg):
        assert cfg.origin('model.backbone.dilations') == cfg.origin('model.backbone')

    def test_unknown_key(self, cfg):
        with pytest.raises(ConfigKeyError, match='did you mean model'):
            cfg.origin('modle.backbone')

    def test_all(self, cfg, tmp_path):
        cfg.merge_from_dict({'empty': {}})
        assert list(cfg.origins())[-3:] == [
            ('custom.a.b.lr', 1, f'{tmp_path}/a.py:10'), ('custom[3]', None, f'{tmp_path}/a.py:11'),
            ('empty', {}, '--cfg-options')]


ODD_VALUES = dict(
    none=None, true=True, quotes='a\'b"c\n\\ü{{x}}', nested=dict(a=[1, (2, (3,)), (), [], {}, dict()], b={'x-y': 1}),
    floats=[1e-12, 1e22, 0.1 + 0.2, -0.0, math.inf, -math.inf], big=2**80, keys={1: 'a', None: 2, (1, 2): 3, '1': 4},
    words={'class': 1, 'None': 2, 'lambda': 3}, unicode={'é': 1, 'ﬁ': 2}, empty={'': 0, ' ': 1}, data=b'\x00\xff',
    reference='{{ fileDirname }} and {{_base_.x}}', sets=[{1, 2}, frozenset('a'), set()],
    more=[range(3), slice(1), ...], long=['some text that fills the line'] * 20,
    deep={'a' * 30: {'b' * 30: {'c' * 30: [dict(d='e' * 60)] * 2}}},
    self=1, dict=2, float=3, globals=dict(a=1), **{'not-a-name': 4, 'import': 5, 'ünï': 6})


class TestText:

    @pytest.mark.parametrize('key', ODD_VALUES)
    def test_python_text_reads_back_equal(self, key):
        cfg = Config({key: ODD_VALUES[key]})
        again = Config.fromstring(cfg.pretty_text, '.py')
        assert repr(again._cfg_dict) == repr(cfg._cfg_dict)

    def test_all_at_once(self, tmp_path):
        cfg = Config(ODD_VALUES)
        assert cfg.dump(tmp_path / 'a.py') is None
        assert Config.fromfile(tmp_path / 'a.py') == cfg
        assert Config.fromfile(tmp_path / 'a.py').pretty_text == cfg.pretty_text

    def test_nan(self):
        again = Config.fromstring(Config(dict(a=[math.nan])).pretty_text, '.py')
        assert math.isnan(again.a[0])

    def test_numpy_scalars_become_numbers(self):
        values = dict(a=np.float32(0.1), b=np.int64(3), c=np.bool_(True), d=np.float64('inf'), e=np.str_('x'))
        again = Config.fromstring(Config(values).pretty_text, '.py')
        assert again == values
        assert [type(v) for v in again.values()] == [float, int, bool, float, str]

    def test_layout(self):
        blurs = [dict(type='Blur', kernel_size=(3, 3), sigma=0.5 + i) for i in range(3)]
        cfg = Config(dict(a=dict(type='A', x=(1,)), b=blurs))
        assert cfg.pretty_text == (
            "a = dict(type='A', x=(1,))\n"
            'b = [\n'
            "    dict(type='Blur', kernel_size=(3, 3), sigma=0.5),\n"
            "    dict(type='Blur', kernel_size=(3, 3), sigma=1.5),\n"
            "    dict(type='Blur', kernel_size=(3, 3), sigma=2.5),\n"
            ']\n')

    def test_classes_functions_and_paths(self, tmp_path):
        cfg = Config(dict(torch=dict(type=nn.Conv2d, f=math.sqrt, t=int), p=[tmp_path]))
        assert Config.fromstring(cfg.pretty_text, '.py') == cfg

    def test_arrays(self):
        cfg = Config(dict(numpy=1, a=[np.arange(6, dtype=np.uint8).reshape(2, 3)]))
        again = Config.fromstring(cfg.pretty_text, '.py')
        assert again.numpy == 1
        assert again.a[0].dtype == np.uint8
        assert again.a[0].tolist() == [[0, 1, 2], [3, 4, 5]]

    def test_what_has_no_text(self):
        for value in (lambda: 1, object(), type('Local', (), {})):
            with pytest.raises(ConfigTypeError, match=r'a\.b\[0\]: .* cannot be written'):
                _ = Config(dict(a=dict(b=[value]))).pretty_text

    def test_what_has_none_is_told_with_its_line(self):
        cfg = Config.fromstring('import datetime\nlog = dict(\n    a=1,\n    day=datetime.date(2024, 5, 1))', '.py')
        with pytest.raises(ConfigTypeError, match=r'<string>:4: log\.day: datetime.* with `del log` if .* helper'):
            _ = cfg.pretty_text

    def test_yaml_reads_back_equal(self, tmp_path):
        pytest.importorskip('yaml')
        values = dict(a=[1, (2, (3, None)), 1e-5, math.inf], b={'x-y': 'yes', '1': True, 2: '2'}, c=np.float64(0.5))
        values['d'] = 'ü\n'
        Config(values).dump(str(tmp_path / 'a.yaml'))
        assert Config.fromfile(tmp_path / 'a.yaml') == values

    def test_json_turns_tuples_into_lists(self, tmp_path):
        Config(dict(a=(1, dict(b=(2,))), c=np.int64(1), d='{{ fileDirname }}', e='ü')).dump(tmp_path / 'a.json')
        assert Config.fromfile(tmp_path / 'a.json') == dict(a=[1, dict(b=[2])], c=1, d='{{ fileDirname }}', e='ü')

    def test_text_in_the_format_of_the_file(self, tmp_path):
        (tmp_path / 'a.json').write_text('{"a": 1}')
        assert Config.fromfile(tmp_path / 'a.json').dump() == '{\n    "a": 1\n}\n'
        assert Config(dict(a=1)).dump() == 'a = 1\n'

    def test_unknown_format(self, tmp_path):
        with pytest.raises(ConfigError, match='a.toml'):
            Config(dict(a=1)).dump(tmp_path / 'a.toml')

    def test_missing_folder(self, tmp_path):
        with pytest.raises(OSError, match='gone'):
            Config(dict(a=1)).dump(tmp_path / 'gone' / 'a.py')


class TestKnownKeys:
    known = ('model', 'optimizer', 'lr_config', 'data', 'work_dir', 'dataset_type')

    @pytest.mark.parametrize(('text', 'near'), [
        ('optimiser = dict(lr=1)', 'optimizer'), ('lr_confg = dict()', 'lr_config'), ('modle = dict(a=1)', 'model'),
        ("work_dirs = 'x'", 'work_dir'), ('lr_cfg = dict(policy=1)', 'lr_config'), ('datas = 5', 'data'),
    ])
    def test_near_misses(self, text, near):
        cfg = Config.fromstring(f'\n{text}', '.py')
        with pytest.raises(ConfigKeyError, match=rf'<string>:2: {text.split()[0]}: .*did you mean {near}\?'):
            check_known_keys(cfg, self.known)

    @pytest.mark.parametrize('change', ["optimiser['lr'] = 2", "optimiser['a']['b'] = 2", 'optimiser.update(lr=2)'])
    def test_to_change_a_key_is_no_use(self, change):
        cfg = Config.fromstring(f'optimiser = dict(lr=1, a=dict())\n{change}', '.py')
        with pytest.raises(ConfigKeyError, match='did you mean optimizer'):
            check_known_keys(cfg, self.known)

    @pytest.mark.parametrize('text', [
        "date = '0501'\nwork_dir = f'out/{date}'", "date = '0501'\nwork_dir = 'out/' + date",
        'lr_configs = 3\nmodel = dict(depth=lr_configs * 2)', 'datas = [1, 2]\nif len(datas) == 2:\n    model = dict()',
        "models = ['a', 'b']\nmodel = [dict(name=name) for name in models]", 'date = 1\ndef f():\n    return date',
    ])
    def test_whatever_is_used_is_a_variable(self, text, tmp_path):
        cfg = Config.fromstring(text, '.py')
        check_known_keys(cfg, self.known)
        cfg.dump(tmp_path / 'a.py')
        again = Config.fromfile(tmp_path / 'a.py')
        assert again == cfg
        check_known_keys(again, self.known)

    def test_so_is_what_a_file_that_inherits_refers_to(self, tmp_path):
        (tmp_path / 'base.py').write_text('datas = 3')
        (tmp_path / 'a.py').write_text("_base_ = 'base.py'\nmodel = dict(depth={{ _base_.datas }})")
        check_known_keys(Config.fromfile(tmp_path / 'a.py'), self.known)
        with pytest.raises(ConfigKeyError, match='base.py:1: datas'):
            check_known_keys(Config.fromfile(tmp_path / 'base.py'), self.known)

    def test_variables_are_fine(self):
        cfg = Config.fromstring("""if True:
            norm_cfg = dict(type='BN')
            num_classes = 19
            data1 = dict(type='A')
            data2 = dict(type='B')
            dataset_type2 = 'C'
            data = dict(train=[data1, data2], val=dict(type=dataset_type2))
            model = dict(norm=norm_cfg)
        """, '.py')
        check_known_keys(cfg, self.known)
        check_known_keys(Config.fromstring(cfg.pretty_text, '.py'), self.known)
