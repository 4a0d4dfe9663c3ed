"""What of the public names of other packages does not resolve here, such as those of mmcv 1.7 and mmsegmentation 0.30.

    python tests/surface.py site-packages/mmcv site-packages/mmseg

The packages are read, not imported: their modules, and in each what it defines, what it lists in ``__all__`` and what
it imports from its own package.
"""

import ast
import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def modules_of(package: Path) -> Iterator[tuple[str, Path]]:
    """(dotted name, file) of a package and everything below it."""
    for path in sorted(package.rglob('*.py')):
        parts = path.relative_to(package.parent).with_suffix('').parts
        if all(part.isidentifier() for part in parts) and path.name not in ('__main__.py', 'setup.py'):
            yield '.'.join(parts).removesuffix('.__init__'), path


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those at the top level, inside of ``if`` and ``try`` too."""
    for node in body:
        yield node
        for block in ('body', 'orelse', 'finalbody') if isinstance(node, (ast.If, ast.Try, ast.With)) else ():
            yield from statements(getattr(node, block, []))
        for handler in getattr(node, 'handlers', []):
            yield from statements(handler.body)


def listed(node: ast.expr) -> set[str]:
    """The strings of a list that is written out, or a sum of such lists."""
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def names_in(text: str, package: str) -> set[str]:
    """The names that a module offers, those of its own package that it imports among them."""
    found = set()
    for node in statements(ast.parse(text).body):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            found |= listed(node.value) if '__all__' in names else names
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or '').split('.')[0] == package):
            found |= {alias.asname or alias.name for alias in node.names}
    return {name for name in found if not name.startswith('_') and name != '*'}


def resolves(module: str, name: str) -> bool:
    """Whether ``from module import name`` works here."""
    try:
        if hasattr(importlib.import_module(module), name):
            return True
        importlib.import_module(f'{module}.{name}')
    except ImportError:
        return False
    return True


def importable(module: str) -> bool:
    """Whether ``import module`` works here."""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def missing(package: Path) -> Iterator[tuple[str, set[str], set[str] | None]]:
    """(module, names, those of them that do not resolve here, or None where there is no such module)."""
    for module, path in modules_of(package):
        names = names_in(path.read_text(), package.name)
        lost = {name for name in names if not resolves(module, name)} if importable(module) else None
        yield module, names, lost


def main(folders: list[str]) -> None:
    sys.path.insert(0, str(ROOT))
    warnings.simplefilter('ignore')
    total = resolved = 0
    for folder in folders:
        for module, names, lost in missing(Path(folder)):
            total, resolved = total + len(names), resolved + len(names - (names if lost is None else lost))
            if lost is None:
                print(f'{module}: no such module ({" ".join(sorted(names))})')
            elif lost:
                print(f'{module}: {" ".join(sorted(lost))}')
    print(f'{resolved} of {total} names resolve', file=sys.stderr)


if __name__ == '__main__':
    main(sys.argv[1:])
