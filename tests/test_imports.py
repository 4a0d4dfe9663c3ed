"""Imports form a DAG: what a room or a module builds on never imports it back, not even inside a function."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the foundation up. A part imports only from lines above its own; parts of one line do not import each other.
LAYERS = {
    'mmcv': [
        ['version'],
        ['utils', 'watchdog'],
        ['config', 'dist'],
        ['fileio'],
        ['checkpoint', 'ops'],
        ['image', 'amp'],
        ['cnn'],
        ['parallel'],
        ['runner'],
        ['engine'],
        ['compat'],
    ],
    'mmseg': [
        ['version'],
        ['checks', 'protocols', 'labels', 'palette', 'settings', 'logger', 'env', 'invocation'],
        ['samples', 'arrays', 'processes', 'page'],
        ['evaluation'],
        ['datasets', 'models'],
        ['zoo', 'trees'],
        ['doctor'],
        ['assembly'],
        ['export', 'inference', 'report'],
        ['apis'],
        ['cli'],
        ['benchmark', 'browse', 'confusion', 'conversion', 'ensemble', 'logs', 'new_config', 'predict', 'publish',
         'serve'],
        ['commands'],
        ['__main__'],
    ],
}
RANKS = {f'{package}.{part}': rank + 100 * (package == 'mmseg')
         for package, layers in LAYERS.items() for rank, layer in enumerate(layers) for part in layer}


def imported(path: Path, root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import in a file; of ``from a import b``, 'a.b'; of a lazy name, its module."""
    package = path.relative_to(root).parent.parts
    text = path.read_text()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Dict) and 'lazy_names(' in text:
            modules = [key.value for key in node.keys if isinstance(key, ast.Constant)]
            yield from ((node.lineno, '.'.join(package) + name if name[0] == '.' else name) for name in modules)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[:len(package) - node.level + 1] if node.level else ()
            module = '.'.join((*parents, *([node.module] if node.module else [])))
            yield from ((node.lineno, f'{module}.{alias.name}') for alias in node.names)


def part_of(name: str) -> str:
    """'mmcv.cnn.bricks.norm' -> 'mmcv.cnn'."""
    return '.'.join(name.split('.')[:2])


def violations(path: Path, root: Path = ROOT) -> Iterator[str]:
    source = part_of('.'.join(path.relative_to(root).with_suffix('').parts))
    for line, name in imported(path, root):
        where = f'{path.relative_to(root)}:{line} imports {name}'
        target = part_of(name)
        if target == 'mmcv._ext':
            if path.relative_to(root).as_posix() != 'mmcv/ops/_load.py':
                yield where
        elif source.endswith('__init__') or target == source:
            continue
        elif target in RANKS and RANKS[target] >= RANKS[source]:
            yield where
        elif target not in RANKS and target.split('.')[0] == source.split('.')[0] and target != 'mmseg.__version__':
            yield f'{where}: import it from the module that defines it'
        elif source.startswith('mmcv.') and target.startswith('mmseg'):
            yield where


def module_of(path: Path, root: Path = ROOT) -> str:
    """'mmcv/cnn/bricks/norm.py' -> 'mmcv.cnn.bricks.norm'; of a package's ``__init__``, the package."""
    return '.'.join(path.relative_to(root).with_suffix('').parts).removesuffix('.__init__')


def import_graph(files: list[Path], root: Path = ROOT) -> dict[str, set[str]]:
    """Module -> the modules that it imports; a name of a package is the package's."""
    modules = {module_of(path, root): path for path in files}

    def home(name: str) -> str:
        return name if name in modules or not name else home(name.rpartition('.')[0])

    return {module: {home(name) for _, name in imported(path, root)} - {'', module} for module, path in modules.items()}


def cycle_in(graph: dict[str, set[str]]) -> list[str]:
    """Modules of which each imports the one before it, from one of them back to it; none where there is no cycle."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


FILES = [path for package in LAYERS for path in sorted((ROOT / package).rglob('*.py')) if 'csrc' not in path.parts]


def test_every_part_has_its_layer():
    parts = {part_of('.'.join(path.relative_to(ROOT).with_suffix('').parts)) for path in FILES}
    assert {part for part in parts if not part.endswith('__init__')} - set(RANKS) == set()


def test_imports_point_down():
    assert [violation for path in FILES for violation in violations(path)] == []


def test_no_module_imports_itself_by_way_of_others():
    assert cycle_in(import_graph(FILES)) == []


@pytest.mark.parametrize(('a', 'b'), [
    ('from .b import x', 'from .a import y'),
    ('import mmcv.utils.b', 'def f():\n    from mmcv.utils import a'),
    ('from mmcv.utils import X', ''),
])
def test_a_cycle_is_found(a, b, tmp_path):
    (tmp_path / 'mmcv/utils').mkdir(parents=True)
    files = {'__init__': "lazy_names(__name__, {'.a': 'X'})", 'a': a, 'b': b}
    paths = [tmp_path / f'mmcv/utils/{name}.py' for name in files]
    for path, text in zip(paths, files.values()):
        path.write_text(text)
    assert len(cycle_in(import_graph(paths, tmp_path))) == 3


@pytest.mark.parametrize(('path', 'text', 'count'), [
    ('mmcv/utils/a.py', 'from ..cnn import x', 1),
    ('mmcv/utils/a.py', 'def f():\n    import mmcv.runner.hooks', 1),
    ('mmcv/utils/a.py', 'from mmseg.labels import x', 1),
    ('mmcv/utils/a.py', 'import mmseg', 1),
    ('mmcv/utils/a.py', 'from mmcv import Config', 1),
    ('mmcv/cnn/bricks/a.py', 'from ...parallel.b import c', 1),
    ('mmcv/cnn/bricks/a.py', 'from ..b import c\nfrom . import d\nfrom mmcv.utils import e', 0),
    ('mmcv/ops/_load.py', 'from mmcv import _ext', 0),
    ('mmcv/ops/a.py', 'import mmcv._ext', 1),
    ('mmseg/evaluation/a.py', 'from mmcv import _ext', 1),
    ('mmseg/datasets/a.py', 'from mmseg.models import b', 1),
    ('mmseg/models/a.py', 'from ..datasets.c import b', 1),
    ('mmseg/models/a.py', 'from mmcv.engine import b\nfrom ..evaluation import c', 0),
    ('mmseg/apis/a.py', 'from ..models import b\nimport mmcv\nimport torch', 0),
])
def test_the_test_can_fail(tmp_path, path, text, count):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert len(list(violations(file, tmp_path))) == count
