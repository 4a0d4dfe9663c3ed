"""docs/architecture.md says of the rooms, the imports and the walks what is so."""

import ast
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / 'docs' / 'architecture.md').read_text()
IMPORTS = runpy.run_path(str(ROOT / 'tests' / 'test_imports.py'))
ROOMS = sorted(path for package in IMPORTS['LAYERS']
               for path in [*(ROOT / package).rglob('__init__.py'), *(ROOT / package).glob('[!_]*.py')])


def row(path: Path) -> str:
    """What the page has to say of a room: its path and the first line of its docstring."""
    room = path.relative_to(ROOT).as_posix().removesuffix('__init__.py')
    docstring = ast.get_docstring(ast.parse(path.read_text())) or 'NO DOCSTRING'
    role = re.sub(r':\w+:`~?(.+?)`', r'`\1`', docstring.splitlines()[0]).replace('``', '`')
    return f'| `{room}` | {role} |'


def order(layers: list[list[str]]) -> str:
    """The line of the page for one package."""
    return ' <- '.join(', '.join(layer) for layer in layers)


def test_every_room_has_its_role():
    said = {line for line in PAGE.splitlines() if line.startswith('| `')}
    rows = {row(path) for path in ROOMS}
    assert sorted(rows - said) == [], 'to be added'
    assert sorted(said - rows) == [], 'to be taken out'


@pytest.mark.parametrize('package', IMPORTS['LAYERS'])
def test_imports_are_those_that_are_tested(package):
    block = re.search(rf'^{package}:\n((?: .+\n)+)', PAGE, re.M).group(1)
    assert ' '.join(block.split()) == order(IMPORTS['LAYERS'][package])


def test_walks_lead_past_files_that_are_there():
    walks = re.findall(r'^### .+\n\n((?:\d+\. .+\n(?: .+\n)*)+)', PAGE, re.M)
    assert len(walks) == 3
    for walk in walks:
        steps = re.findall(r'^\d+\. `(.+?)`', walk, re.M)
        assert len(steps) == len(re.findall(r'^\d', walk, re.M)) > 5
        named = re.findall(r'`([\w/.-]+\.\w+)`', walk)
        assert [name for name in named if '/' in name and not (ROOT / name).is_file()] == []


def test_readme_leads_to_the_page():
    assert '(docs/architecture.md)' in (ROOT / 'README.md').read_text()
