"""The dialect of docstrings where ruff does not know it: sections in order, every argument, in lower case."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECTIONS = ('Args', 'Attributes', 'Returns', 'Yields', 'Raises', 'Example')
ARGUMENTS = re.compile(r' {4}((?:\*{0,2}\w+, )*\*{0,2}\w+): (.*)')  # 'mean, std: one value per channel.'
NAMES = ('None', 'True', 'False', 'Markdown')  # words that keep their capital; acronyms have two


def documented(tree):
    """(name, docstring, function whose arguments it may document, or None) of every class and function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            constructors = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == '__init__']
            yield node.name, ast.get_docstring(node) or '', next(iter(constructors), None)
        elif isinstance(node, ast.FunctionDef):
            yield node.name, ast.get_docstring(node) or '', node


def names_of(arguments):
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in every if argument and argument.arg not in ('self', 'cls')}


def faults(tree):
    for name, text, function in documented(tree):
        sections = re.findall(r'^(\w+):$', text, re.MULTILINE)
        if [section for section in SECTIONS if section in sections] != sections:
            yield f'{name}: sections {sections}'
        described = set()
        body = re.search(r'^Args:\n((?: .*\n?|\n)+)', text, re.MULTILINE)
        for line in body[1].splitlines() if body else ():
            match = ARGUMENTS.fullmatch(line)
            described |= {word.lstrip('*') for word in match[1].split(', ')} if match else set()
            if match and re.match('[A-Z][a-z]', match[2]) and not match[2].startswith(NAMES):
                yield f'{name}: begin in lower case: {line.strip()}'
        if function and described:
            names = names_of(function.args)
            yield from (f'{name}: no argument {extra}' for extra in sorted(described - names))
            missing = {argument for argument in names if argument[0] != '_'} - described
            yield from (f'{name}: {argument} is not described' for argument in sorted(missing))


@pytest.mark.parametrize('package', ['mmcv', 'mmseg'])
def test_docstrings(package):
    files = sorted((ROOT / package).rglob('*.py'))
    found = {str(path.relative_to(ROOT)): list(faults(ast.parse(path.read_text()))) for path in files}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(('docstring', 'fault'), [
    ('Args:\n        a, b: numbers.\n        **rest: more.', None),
    ('Returns:\n        c.\n\n    Args:\n        a, b: c.\n        rest: more.', "f: sections ['Returns', 'Args']"),
    ('Parameters:\n        a: one.', "f: sections ['Parameters']"),
    ('Args:\n        a, b: Numbers.\n        rest: more.', 'f: begin in lower case: a, b: Numbers.'),
    ('Args:\n        a: None, or 1.\n        b: RGB.\n        rest: more.', None),
    ('Args:\n        a, b, c: numbers.\n        rest: more.', 'f: no argument c'),
    ('Args:\n        a: a number.\n            b: here.\n        rest: more.', 'f: b is not described'),
])
def test_the_test_can_fail(docstring, fault):
    source = f'def f(a, b, *_, **rest):\n    """Do.\n\n    {docstring}\n    """\n'
    assert list(faults(ast.parse(source))) == ([fault] if fault else [])
