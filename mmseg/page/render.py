"""Templates to pages, and pages to files."""

import os
from collections.abc import Mapping
from pathlib import Path

from mmcv.fileio import atomic_write


def render(template: Path, values: Mapping[str, object]) -> str:
    """Fill a template, which finds ``frame.html`` and ``style.css`` of this room, and its own folder's files.

    Args:
        template: its file.
        values: what it names; text in them is escaped.

    Raises:
        ValueError: jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise ValueError(f'a page needs a package: pip install jinja2 ({error})') from error
    folders = [str(template.parent), str(Path(__file__).parent)]
    made = Environment(loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)
    return made.get_template(template.name).render(values)


def write_page(path: str | os.PathLike, text: str) -> None:
    """Write a page in the place of the one before."""
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.write(text)
