"""What the API reference has to know of this code: names that packages import lazily, and how its docstrings refer."""

import ast
import re
from collections.abc import Iterator

from griffe import Alias, Docstring, Extension, GriffeLoader, Module, Object

_ROLE = re.compile(r':\w+:`~?([^`]+)`')
_SEVERAL = re.compile(r'^( +)(\*{0,2}\w+(?:, \*{0,2}\w+)+): (.+(?:\n\1 .+)*)', re.MULTILINE)


class Dialect(Extension):
    """Reads ``lazy_names(__name__, {module: 'name name'})``, ``:class:`X``` and ``a, b: both of them.``."""

    def on_package(self, *, pkg: Module, loader: GriffeLoader, **kwargs: object) -> None:
        for module in _modules(pkg):
            for name, target in _lazy_names(module):
                module.set_member(name, Alias(name, target, parent=module))
            for one in (module, *_objects(module)):
                if one.docstring:
                    one.docstring.value = _plain(one.docstring)


def _modules(package: Module) -> Iterator[Module]:
    yield package
    for module in package.modules.values():
        if not module.is_alias:
            yield from _modules(module)


def _objects(parent: Object) -> Iterator[Object]:
    for member in parent.members.values():
        if not member.is_alias and not member.is_module:
            yield member
            yield from _objects(member)


def _lazy_names(module: Module) -> Iterator[tuple[str, str]]:
    """(name, where it is defined) of each."""
    if not module.is_init_module:
        return
    tree = ast.parse(module.filepath.read_text(encoding='utf-8'))
    constants = {target.id: node.value for node in tree.body if isinstance(node, ast.Assign)
                 for target in node.targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == 'lazy_names':
            table = node.args[1]
            table = constants[table.id] if isinstance(table, ast.Name) else table
            for home, names in ast.literal_eval(table).items():
                place = f'{module.path}{home}' if home.startswith('.') else home
                yield from ((name, f'{place}.{name}') for name in names.split())


def _plain(docstring: Docstring) -> str:
    """A docstring as Markdown that the parser of Google's style reads: one line per argument, and no roles."""
    text = _ROLE.sub(r'`\1`', docstring.value)
    return _SEVERAL.sub(lambda line: '\n'.join(f'{line[1]}{name}: {line[3]}' for name in line[2].split(', ')), text)
