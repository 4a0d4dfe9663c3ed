"""The tables of docs/configs.md, made from the table of settings and from the files below ``configs/``."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from .settings import KEYS
from .table import GROUPS, Key
from .within import WITHIN, Row

_BLOCK = re.compile(r'(<!-- table: (.+?) -->\n).*?(<!-- end -->)', re.DOTALL)
_BASE = re.compile(r'[\'"](\.\.?/[\w./-]+\.py)[\'"]')


def fill(text: str, configs: Path) -> str:
    """A page with its tables made anew.

    Args:
        text: Markdown in which ``<!-- table: Speed -->`` and ``<!-- end -->`` enclose the table of a group of keys, or,
            named ``configs``, of the configs.
        configs: the folder of configs.
    """
    makers: dict[str, Callable[[], str]] = {group: lambda group=group: keys_table(group) for group in GROUPS}
    makers['configs'] = lambda: configs_table(configs)
    return _BLOCK.sub(lambda block: f'{block[1]}\n{makers[block[2]]()}\n{block[3]}', text)


def keys_table(group: str) -> str:
    """The keys of a group, and after them those inside of sections, as Markdown."""
    rows: list[Key | Row] = [line for line in (*KEYS.values(), *WITHIN) if line.group == group]
    return _markdown(['key', 'meaning'], [[f'`{row.example}`', row.meaning] for row in rows])


def configs_table(configs: Path) -> str:
    """How many configs each folder has for each data set, as Markdown; the links are those of a page in ``docs/``."""
    counts: dict[str, Counter] = {}
    for path in configs.glob('[!_]*/*.py'):
        counts.setdefault(_dataset(path), Counter())[path.parent.name] += 1
    titles = {name: _title(configs / '_base_' / 'datasets' / name) for name in filter(None, counts)}
    rows = [[titles[name], f'`{name}`', _links(counts[name])] for name in sorted(titles, key=titles.get)]
    if '' in counts:
        rows.append(['in the configs themselves', '', _links(counts[''])])
    return _markdown(['data set', 'base', 'configs'], rows)


def _links(folders: Counter) -> str:
    return ', '.join(f'[{folder}](../configs/{folder}) {count}' for folder, count in sorted(folders.items()))


def _dataset(path: Path) -> str:
    """The file of ``_base_/datasets`` that a config inherits, itself or through another config; '' if there is none."""
    bases = [path.parent / base for base in _BASE.findall(path.read_text(encoding='utf-8'))]
    own = [base.name for base in bases if base.parent.name == 'datasets']
    others = (base for base in bases if '_base_' not in base.parts)
    return next(filter(None, (*own, *map(_dataset, others))), '')


def _title(path: Path) -> str:
    """What the first line of a data set's file calls it."""
    first = path.read_text(encoding='utf-8').splitlines()[0].removeprefix('# ')
    return re.split(r':( |$)| \(|\.$', first)[0]


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    return ''.join(f'| {" | ".join(cells)} |\n' for cells in (head, ['---'] * len(head), *rows))
