"""Templates to pages, and pages to files."""

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mmcv.fileio import atomic_write

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: Path, values: Mapping[str, object]) -> str:
    """Fill a template, which finds ``frame.html`` and ``style.css`` of this room, and its own folder's files.

    Args:
        template: its file.
        values: what it names; text in them is escaped.

    Raises:
        ValueError: jinja2 is not installed.
    """
    return _templates(template.parent).get_template(template.name).render(values)


@functools.cache
def _templates(folder: Path) -> 'Environment':
    """Those of a folder and of this room; a run makes its page after every evaluation, and compiles them once."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise ValueError(f'a page needs a package: pip install jinja2 ({error})') from error
    folders = [str(folder), str(Path(__file__).parent)]
    return Environment(loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)


def write_page(path: str | os.PathLike, text: str) -> None:
    """Write a page in the place of the one before."""
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.write(text)
