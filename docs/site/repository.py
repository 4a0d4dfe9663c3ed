"""Pages link to files of the repository beside ``docs/``: the site has copies of these below ``repository/``."""

import os
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r'(?<=\]\()((?:\.\./)+[^)#\s]+)')
_log = get_plugin_logger(__name__)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the pages lead to: a page as a page, a folder as a list of its files, any other file as text."""
    wanted = {path for page in files.documentation_pages() for link in _LINK.findall(page.content_string)
              if (path := _outside(page, link))}
    for folder in [path for path in wanted if path.is_dir()]:
        wanted |= _below(folder)
    for path in sorted(wanted):
        if path.is_dir():
            files.append(File.generated(config, _address(path), content=_listing(path)))
        elif path.is_file():
            files.append(File.generated(config, _address(path), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links that leave ``docs/`` to these copies."""

    def turned(match: re.Match) -> str:
        path = _outside(page.file, match[0])
        if path and not path.exists():
            _log.warning(f'{page.file.src_uri}: {match[0]} leads nowhere')
        return os.path.relpath(_address(path), Path(page.file.src_uri).parent) if path else match[0]

    if page.is_homepage:
        page.meta['hide'] = ['navigation']  # it is one table of all pages
    return _LINK.sub(turned, markdown)


def _outside(page: File, link: str) -> Path | None:
    """What a link of a page leads to, if that lies in the repository and is none of the pages."""
    path = Path(os.path.normpath(ROOT / 'docs' / Path(page.src_uri).parent / link))
    return None if path.is_relative_to(ROOT / 'docs') else path


def _address(path: Path) -> str:
    """Where the site has a file or a folder of the repository."""
    place = f'repository/{path.relative_to(ROOT).as_posix()}'
    return f'{place}/index.md' if path.is_dir() else place if path.suffix == '.md' else f'{place}.txt'


def _listing(folder: Path) -> str:
    names = sorted(path.relative_to(folder).as_posix() for path in _below(folder))
    links = [f'- [{name}]({name if name.endswith(".md") else f"{name}.txt"})' for name in names]
    return '\n'.join([f'# {folder.relative_to(ROOT).as_posix()}', '', *links, ''])


def _below(folder: Path) -> set[Path]:
    """The files of a folder and of those in it."""
    return {path for path in folder.rglob('*') if path.is_file() and '__pycache__' not in path.parts}
