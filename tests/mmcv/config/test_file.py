"""What a config file may say, and what is said when it cannot be read."""

import json
import sys
import textwrap
import warnings
from pathlib import Path

import pytest

from mmcv.config import Config
from mmcv.utils import ConfigError, ConfigKeyError, ConfigTypeError


@pytest.fixture
def write(tmp_path):
    """write('a.py', text): a file in the folder of the test."""

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip('\n'), encoding='utf-8')
        return path

    return write


def load(path):
    return Config.fromfile(path)._cfg_dict


def fails(path, *parts, error=ConfigError):
    """Loading fails in one line with all the parts."""
    with pytest.raises(error) as caught:
        Config.fromfile(path)
    text = str(caught.value)
    assert '\n' not in text
    for part in parts:
        assert str(part) in text, text


class TestInheritance:

    def test_bases_are_relative_to_the_file_that_names_them(self, write, tmp_path, monkeypatch):
        write('base/model.py', "model = dict(type='A', depth=50)")
        write('base/mid/both.py', "_base_ = ['../model.py', 'data.py']\nmodel = dict(depth=18)")
        write('base/mid/data.py', 'data = dict(n=1)')
        path = write('out side/ü/child.py', "_base_ = '../../base/mid/both.py'\ndata = dict(m=2)")
        monkeypatch.chdir(tmp_path.parent)
        assert load(path) == dict(model=dict(type='A', depth=18), data=dict(n=1, m=2))

    def test_child_wins_and_lists_are_replaced(self, write):
        write('base.py', 'a = dict(x=1, y=dict(z=[1, 2, 3], k=4))\nl = [dict(q=1), 2]\nn = dict(b=1)')
        path = write('child.py', "_base_ = 'base.py'\na = dict(y=dict(z=[9]))\nl = [dict(r=1)]\nn = None")
        assert load(path) == dict(a=dict(x=1, y=dict(z=[9], k=4)), l=[dict(r=1)], n=None)

    def test_delete(self, write):
        write('base.py', "opt = dict(type='SGD', lr=1)\nm = dict(a=dict(b=1, c=2), k=dict(d=3))\nl = [1]")
        path = write('child.py', """
            _base_ = 'base.py'
            opt = dict(_delete_=True, type='Adam')
            m = dict(a=dict(_delete_=True, e=dict(_delete_=True, f=1)), k=dict(_delete_=False, g=4))
            l = [dict(_delete_=True, h=5)]
            new = dict(_delete_=True, i=6)
            """)
        assert load(path) == dict(
            opt=dict(type='Adam'), m=dict(a=dict(e=dict(f=1)), k=dict(d=3, g=4)), l=[dict(h=5)], new=dict(i=6))

    def test_delete_reaches_through_several_levels(self, write):
        write('a.py', 'm = dict(x=1, y=2)')
        write('b.py', "_base_ = 'a.py'\nm = dict(_delete_=True, z=3)")
        assert load(write('c.py', "_base_ = 'b.py'\nm = dict(w=4)")) == dict(m=dict(z=3, w=4))

    @pytest.mark.parametrize('old', ['5', 'None', '[1]', "'text'"])
    def test_dict_over_something_else_needs_delete(self, write, old):
        write('base.py', f'a = dict(b={old})')
        path = write('child.py', "_base_ = 'base.py'\na = dict(\n    b=dict(c=1))")
        fails(path, 'child.py:3', 'a.b', '_delete_=True', error=ConfigTypeError)
        path = write('ok.py', "_base_ = 'base.py'\na = dict(b=dict(_delete_=True, c=1))")
        assert load(path) == dict(a=dict(b=dict(c=1)))

    def test_key_in_two_bases(self, write):
        write('one.py', 'x = 1\ny = 1')
        write('two.py', 'y = 2')
        path = write('child.py', "x = 0\n_base_ = ['one.py', 'two.py']")
        fails(path, 'child.py:2', 'y', 'one.py', 'two.py', error=KeyError)

    def test_diamond_shares_keys_too(self, write):
        write('top.py', 'x = 1')
        write('left.py', "_base_ = 'top.py'\nl = 1")
        write('right.py', "_base_ = 'top.py'\nr = 1")
        fails(write('child.py', "_base_ = ['left.py', 'right.py']"), 'x', 'left.py', 'right.py')

    def test_computed_base(self, write):
        write('base.py', 'x = 1')
        path = write('child.py', """
            name = 'base'
            _base_ = []
            if name:
                _base_ += [name + '.py']
            y = {{ _base_.x }}
            """)
        assert load(path) == dict(x=1, y=1, name='base')

    def test_missing_base(self, write):
        write('models/resnet50.py', 'x = 1')
        path = write('child.py', "a = 1\n_base_ = ['models/resnet5.py']")
        fails(path, 'child.py:2', 'models/resnet5.py', 'resnet50.py', error=FileNotFoundError)

    def test_missing_base_of_a_base(self, write):
        write('mid.py', "_base_ = 'gone.py'")
        fails(write('child.py', "_base_ = 'mid.py'"), 'mid.py:1', 'gone.py')

    @pytest.mark.parametrize('own', ["_base_ = './child.py'", "_base_ = 'mid.py'"])
    def test_circle(self, write, own):
        write('mid.py', "_base_ = 'child.py'")
        fails(write('child.py', own), '_base_', 'inherit from itself', 'child.py ->')

    @pytest.mark.parametrize('base', ['5', "['a.py', 5]", 'dict(a=1)'])
    def test_base_that_is_no_path(self, write, base):
        fails(write('child.py', f'_base_ = {base}'), 'child.py:1', 'path')

    def test_formats_inherit_from_each_other(self, write):
        pytest.importorskip('yaml')
        write('a.json', '{"a": {"x": 1, "t": [1, 2]}}')
        write('b.yaml', '_base_: a.json\na:\n  y: 2\n')
        assert load(write('c.py', "_base_ = 'b.yaml'\na = dict(z=3)")) == dict(a=dict(x=1, t=[1, 2], y=2, z=3))

    def test_values_are_not_shared(self, write):
        path = write('a.py', "norm = dict(type='BN')\nm = dict(x=dict(n=norm), y=[norm, norm])")
        cfg = Config.fromfile(path)
        cfg.m.x.n.type = 'GN'
        cfg.m.y[0].type = 'LN'
        assert (cfg.norm.type, cfg.m.x.n.type, cfg.m.y[0].type, cfg.m.y[1].type) == ('BN', 'GN', 'LN', 'BN')


class TestReferences:

    @pytest.mark.parametrize(('braces', 'name'), [
        ('{{ %s }}', 'my.cfg.py'), ('{{%s}}', 'x y ü.py'), ('{{  %s  }}', 'c.py')])
    def test_predefined_variables(self, write, tmp_path, braces, name):
        names = ['fileDirname', 'fileBasename', 'fileBasenameNoExtension', 'fileExtname']
        path = write(name, f"a = {[braces % n for n in names]}\nb = './{braces % names[2]}/{braces % names[3]}'")
        stem = name.removesuffix('.py')
        assert load(path) == dict(a=[str(tmp_path), name, stem, '.py'], b=f'./{stem}/.py')

    def test_predefined_variables_can_be_computed_with(self, write, tmp_path):
        path = write('c_d.py', """
            import os.path as osp
            parent = osp.dirname('{{ fileDirname }}')
            words = '{{ fileBasenameNoExtension }}'.split('_')
            bare = {{ fileExtname }}
            formatted = f'{{ fileBasename }}-{len(words)}'
            """)
        assert load(path) == dict(parent=str(tmp_path.parent), words=['c', 'd'], bare='.py', formatted='c_d.py-2')

    def test_predefined_variables_belong_to_their_own_file(self, write):
        write('base.py', "a = '{{ fileBasename }}'")
        path = write('child.py', "_base_ = 'base.py'\nb = '{{ fileBasename }}'")
        assert load(path) == dict(a='base.py', b='child.py')

    def test_predefined_variables_can_be_left_alone(self, write):
        write('base.py', 'x = 1')
        path = write('c.py', "_base_ = 'base.py'\na = '{{ fileBasename }}{{ _base_.x }}'")
        assert Config.fromfile(path, use_predefined_variables=False).a == '{{ fileBasename }}1'

    def test_base_variables_keep_their_type(self, write):
        write('base.py', "n = 5\nf = 0.5\nd = dict(a=dict(b=(1, None)), e=[dict(g=True)])\ns = 'text'\nk = None")
        path = write('child.py', """
            _base_ = 'base.py'
            a = {{ _base_.n }}
            b = dict(c={{_base_.d.a}}, e=[[{{ _base_.f }}], {{ _base_.s }}])
            g = {{ _base_.d.e.0.g }}
            h = '{{ _base_.d.a.b }}'
            i = 'x{{ _base_.n }}/{{ _base_.s }}{{_base_.f}}'
            j = {{ _base_.n }} * 2 + 1
            l = [x + {{ _base_.n }} for x in (1, 2)]
            m = dict(**{{ _base_.d.a }}, c=1)
            k2 = {{ _base_.k }}
            n = 6
            """)
        cfg = load(path)
        assert cfg.a == 5
        assert cfg.b == dict(c=dict(b=(1, None)), e=[[0.5], 'text'])
        assert cfg.g is True
        assert cfg.h == (1, None)
        assert cfg.i == 'x5/text0.5'
        assert (cfg.j, cfg.l, cfg.m, cfg.k2, cfg.n) == (11, [6, 7], dict(b=(1, None), c=1), None, 6)

    def test_base_variable_above_the_base(self, write):
        write('base.py', 'n = 5')
        assert load(write('child.py', "a = {{ _base_.n }}\n_base_ = './base.py'")) == dict(n=5, a=5)

    def test_base_variable_is_a_copy(self, write):
        write('base.py', 'd = dict(a=1)')
        cfg = Config.fromfile(write('child.py', "_base_ = 'base.py'\ne = {{ _base_.d }}\nf = {{ _base_.d }}"))
        cfg.e.a = 2
        assert (cfg.d.a, cfg.f.a) == (1, 1)

    def test_unknown_base_variable(self, write):
        write('base.py', 'model = dict(depth=1)')
        path = write('child.py', "_base_ = 'base.py'\n\na = {{ _base_.model.dept }}")
        fails(path, 'child.py:3', '_base_.model.dept', 'did you mean depth')

    def test_references_in_comments_and_docstrings_do_no_harm(self, write):
        path = write('a.py', '"""Use {{ _base_.x }} so."""\nx = 1  # not {{ _base_.y }}')
        assert load(path) == dict(x=1)

    @pytest.mark.parametrize('suffix', ['json', 'yaml'])
    def test_references_in_data_files(self, write, tmp_path, suffix):
        pytest.importorskip('yaml')
        write('base.py', 'n = 5\nt = (1, 2)')
        text = {
            'json': '{"_base_": "base.py", "a": {{ _base_.t }},\n'
                    '"b": ["{{_base_.n}}", "{{ fileBasename }}-{{ _base_.n }}"]}',
            'yaml': "_base_: '{{ fileDirname }}/base.py'\na: {{ _base_.t }}\nb:\n- {{_base_.n}}\n"
                    "- '{{ fileBasename }}-{{ _base_.n }}'\n"}[suffix]
        assert load(write(f'c.{suffix}', text)) == dict(n=5, t=(1, 2), a=(1, 2), b=[5, f'c.{suffix}-5'])


class TestPython:

    def test_helpers_are_no_keys(self, write):
        path = write('a.py', """
            from __future__ import annotations
            import os
            from collections import OrderedDict
            from math import pi, sqrt
            from typing import Any, List
            class Helper:
                x = 1
            def double(lr):
                big = lr * 2
                return big
            shout = lambda text: text.upper()
            __private = 1
            lr = double(sqrt(4))
            name = shout('a')
            d = OrderedDict(a=1)
            """)
        assert load(path) == dict(pi=3.141592653589793, lr=4.0, name='A', d=dict(a=1))

    def test_what_is_no_data_is_a_helper(self, write):
        path = write('a.py', """
            import datetime, functools, json, pathlib, re, threading
            import numpy as np
            with open(__file__) as f:
                lines = len(f.readlines())
            now = datetime.datetime.now()
            day, hour = now.date(), now - now
            stamp = np.datetime64('2024-05-01')
            rng = np.random.default_rng(0)
            state = np.random.RandomState(0)
            pairs = zip('ab', 'cd')
            squares = (i * i for i in range(3))
            match = re.match('a', 'a')
            pattern = re.compile('a')
            half = functools.partial(int, base=2)
            method = 'a'.upper
            lock = threading.Lock()
            decoder = json.JSONDecoder()
            objects = np.array([now], object)
            mean = np.array([1.5, 2])
            share = np.float32(0.5)
            folder = pathlib.Path('out')
            work_dir = f'{folder}/{datetime.date(2024, 5, 1):%m%d}'
            some = {1}
            """)
        found = load(path)
        assert found.pop('mean').tolist() == [1.5, 2]
        assert found == dict(lines=23, share=0.5, folder=Path('out'), work_dir='out/0501', some={1})

    def test_dicts_behave_as_python_dicts_while_the_file_runs(self, write):
        path = write('a.py', """
            import copy
            a = dict(x=dict(y=1))
            b = a
            b.update(x=dict(z=2))
            c = {**a, 'k': 1}
            d = copy.deepcopy(a)
            d['x']['w'] = 3
            e = a.copy()
            e.pop('x')
            f = [dict(i=i) for i in range(2)]
            g = dict([('p', 1)], q=2)
            same = a is b and isinstance(a, dict)
            """)
        assert load(path) == dict(
            a=dict(x=dict(z=2)), b=dict(x=dict(z=2)), c=dict(x=dict(z=2), k=1), d=dict(x=dict(z=2, w=3)), e={},
            f=[dict(i=0), dict(i=1)], g=dict(p=1, q=2), same=True)

    def test_leaves_no_trace(self, write, tmp_path):
        path = write('some_config.py', "_base_ = 'some_base.py'\nx = 1")
        write('some_base.py', 'y = 1')
        modules = set(sys.modules)
        Config.fromfile(path)
        assert set(sys.modules) == modules
        assert {p.name for p in tmp_path.iterdir()} == {'some_config.py', 'some_base.py'}

    def test_read_only_folder(self, write, tmp_path):
        path = write('a.py', 'x = 1')
        tmp_path.chmod(0o500)
        try:
            assert load(path) == dict(x=1)
        finally:
            tmp_path.chmod(0o700)

    def test_file_knows_itself(self, write):
        path = write('a.py', 'import os\nx = os.path.basename(__file__)')
        assert load(path) == dict(x='a.py')

    @pytest.mark.parametrize(('text', 'parts'), [
        ('a = 1\nb = (', ['a.py:2: SyntaxError', 'never closed']),
        ('a = 1\n\nb = c', ['a.py:3', 'NameError', "'c'"]),
        ('x = 1\nreturn x', ['a.py:2: SyntaxError', 'outside function']),
        ('def f():\n    return 1 / 0\nx = f()', ['a.py:2', 'ZeroDivisionError']),
        ('import no_such_module', ['a.py:1', 'no_such_module']),
        ('x = int("a\\nb")', ['a.py:1', 'ValueError']),
        ('a = dict(b=1,\n         b=2)', ['a.py:', 'repeated']),
        ('x = 1\0', ['a.py:1', 'null']),
        ('x = 1\nfilename = 2', ['a.py:2', 'filename', 'reserved']),
        ('text = 1', ['reserved']),
        ('pretty_text = 1', ['reserved']),
    ])
    def test_errors_name_the_line(self, write, text, parts):
        fails(write('a.py', text), *parts)

    def test_error_in_a_base_names_the_base(self, write):
        write('base.py', '\nx = y')
        fails(write('child.py', "_base_ = 'base.py'"), 'base.py:1', 'NameError')

    def test_not_utf8(self, tmp_path):
        path = tmp_path / 'a.py'
        path.write_bytes(b"x = '\xff'")
        fails(path, 'a.py', 'UTF-8')

    def test_byte_order_mark(self, tmp_path):
        path = tmp_path / 'a.py'
        path.write_bytes(b"\xef\xbb\xbfx = 'a'")
        assert load(path) == dict(x='a')

    def test_deprecated_config(self, write):
        path = write('old.py', "_deprecation_ = dict(expected='new.py', reference='notes')\nx = 1")
        with pytest.warns(UserWarning, match=r'old.py is deprecated: use new.py \(see notes\)'):
            assert load(path) == dict(x=1)


class TestData:

    @pytest.mark.parametrize(('name', 'text', 'parts'), [
        ('a.json', '{"a": 1,\n "b": }', ['a.json:2']),
        ('a.json', '[1]', ['a.json', 'list']),
        ('a.json', '{"a": {"b": 1, "c": 2, "b": 3}}', ['a.json', 'b is given twice']),
        ('a.yaml', 'a: 1\nb: [1', ['a.yaml:']),
        ('a.yaml', '- 1', ['a.yaml', 'list']),
        ('a.txt', 'a', ['a.txt', '.py, .json, .yaml']),
        ('noext', 'a', ['noext']),
    ])
    def test_errors(self, write, name, text, parts):
        pytest.importorskip('yaml')
        fails(write(name, text), *parts)

    def test_json(self, write):
        values = {'a': {'b': [1, {'c': None}], 'd': 'x "y" \\ \u00fc'}, 'e': 1e-3, 'f': True, 'g-h': float('inf')}
        assert load(write('a.json', '\n' + json.dumps(values, indent=1))) == values
        assert load(write('b.json', r'{"a\/b": "\ud83d\ude00"}')) == {'a/b': '😀'}

    def test_yaml(self, write):
        pytest.importorskip('yaml')
        text = 'a: &x\n  b: [1, {c: null}]\nd:\n  <<: *x\n  e: 0.5\nt: !!python/tuple [1, 2]\n'
        assert load(write('a.yml', text)) == dict(
            a=dict(b=[1, dict(c=None)]), d=dict(b=[1, dict(c=None)], e=0.5), t=(1, 2))

    @pytest.mark.parametrize(('text', 'value'), [
        ('1e-3', 1e-3), ('1E5', 1e5), ('-2.5e-4', -2.5e-4), ('+1.e3', 1e3), ('.5e1', 5.0), ('1e', '1e'), ('e-3', 'e-3'),
        ("'1e-3'", '1e-3'), ('1e-3x', '1e-3x')])
    def test_exponents_of_yaml_are_numbers(self, write, tmp_path, text, value):
        pytest.importorskip('yaml')
        path = write('a.yaml', f'optimizer: {{lr: {text}}}\n')
        assert Config.fromfile(path).optimizer.lr == value
        Config.fromfile(path).dump(tmp_path / 'again.yaml')
        assert Config.fromfile(tmp_path / 'again.yaml').optimizer.lr == value

    def test_empty_files(self, write):
        pytest.importorskip('yaml')
        assert [load(write(name, '')) for name in ('a.py', 'a.yaml')] == [{}, {}]


class TestCustomImports:

    def test_imports(self, write, tmp_path, monkeypatch):
        write('my_plugin_a.py', 'REGISTERED = 1')
        monkeypatch.syspath_prepend(tmp_path)
        path = write('a.py', "custom_imports = dict(imports=['my_plugin_a'], allow_failed_imports=False)")
        Config.fromfile(path, import_custom_modules=False)
        assert 'my_plugin_a' not in sys.modules
        Config.fromfile(path)
        assert sys.modules.pop('my_plugin_a').REGISTERED == 1

    def test_failure_names_the_line_and_the_module(self, write):
        path = write('a.py', "\nx = 1\ncustom_imports = dict(imports=['no_such_plugin'])")
        fails(path, 'a.py:2', 'no_such_plugin', 'PYTHONPATH', error=ImportError)

    def test_failure_may_be_allowed(self, write):
        path = write('a.py', "custom_imports = dict(imports=['no_such_plugin'], allow_failed_imports=True)")
        with pytest.warns(UserWarning, match='no_such_plugin'):
            Config.fromfile(path)

    @pytest.mark.parametrize('value', ["['a']", 'dict(import_=1)', 'dict(imports=5)', "dict(imports='re', x=1)"])
    def test_wrong_form(self, write, value):
        fails(write('a.py', f'custom_imports = {value}'), 'a.py:1', 'custom_imports')


class TestFromString:

    def test_formats(self):
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            assert Config.fromstring('x = dict(y=(1, 2))', '.py')._cfg_dict == dict(x=dict(y=(1, 2)))
            assert Config.fromstring('{"x": {"y": [1]}}', '.json')._cfg_dict == dict(x=dict(y=[1]))

    def test_unknown_format(self):
        with pytest.raises(ConfigError, match=r'\.py, \.json'):
            Config.fromstring('x = 1', '.toml')

    def test_reserved_key(self):
        with pytest.raises(ConfigKeyError, match='<string>:1: text'):
            Config.fromstring('text = 1', '.py')
