"""The site of docs/ builds without a warning; its pages are all there, lead to each other and can be looked at."""

import importlib
import inspect
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import browser
import pytest
from doc_blocks import ROOT

FACES = {'apis': 'mmseg.apis', 'inference': 'mmseg.inference', 'mmcv': 'mmcv'}


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    for package in ('mkdocs', 'material', 'mkdocstrings'):
        pytest.importorskip(package, reason=f"needs {package}: pip install '.[docs]'")
    out = tmp_path_factory.mktemp('site')
    done = subprocess.run(
        [sys.executable, '-m', 'mkdocs', 'build', '--strict', '-f', ROOT / 'docs/site/mkdocs.yml', '-d', out],
        capture_output=True, text=True, env={**os.environ, 'NO_MKDOCS_2_WARNING': '1'})
    assert done.returncode == 0, done.stderr
    return out


class Addresses(HTMLParser):
    """What a page leads to, what it loads, and the anchors in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.add(given.get('id') or '')
        if tag == 'a' and given.get('href'):
            self.links.add(given['href'])
        elif tag in ('img', 'script', 'link') and given.get('rel') != 'canonical':
            self.loaded.add(given.get('src') or given.get('href') or '')


def test_every_link_of_the_site_leads_somewhere(site):
    pages = {path: Addresses(path) for path in site.rglob('*.html') if path.name != '404.html'}
    dead = []
    for path, page in pages.items():
        for link in {*page.links, *page.loaded} - {'', '.'}:
            parts = urlsplit(link)
            target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            known = pages.get(target)
            if not parts.scheme and (not target.is_file() or (
                    parts.fragment and known and unquote(parts.fragment) not in known.anchors)):
                dead.append((path.relative_to(site).as_posix(), link))
    assert dead == []
    assert {path.relative_to(site).as_posix() for path in pages} >= {'index.html', 'zoo.html', 'api/apis.html'}
    assert (site / 'repository/configs/pspnet/pspnet_r18-d8_demo.py.txt').is_file()


def test_nothing_is_loaded_from_elsewhere(site):
    for path in site.rglob('*.html'):
        if path.name != '404.html':  # of which nobody knows where it is shown
            assert [address for address in Addresses(path).loaded if urlsplit(address).scheme] == [], path


@pytest.mark.parametrize('page', FACES)
def test_the_reference_has_every_public_function_and_class(site, page):
    name = FACES[page]
    module = importlib.import_module(name)
    table = re.findall(r"'([\w ]+)'|\"\"\"([^\"]+)\"\"\"", Path(module.__file__).read_text())
    names = {word for groups in table for text in groups for word in text.split() if word in module.__all__}
    values = {word: getattr(module, word) for word in names}
    documented = [word for word, value in values.items()
                  if (inspect.isfunction(value) or inspect.isclass(value)) and value.__doc__]
    text = (site / f'api/{page}.html').read_text()
    assert len(documented) > 5
    assert [word for word in sorted(documented) if f'<h2 id="{name}.{word}"' not in text
            and f'<code>{word}</code>' not in text] == []
    assert not re.search(r':(class|func|mod|meth|attr):', text), 'a role that was not understood'


@pytest.mark.parametrize('dark', [False, True], ids=['light', 'dark'])
def test_pages_fit_and_can_be_read(site, dark):
    with browser.opened() as page:
        for width in (360, 1280):
            for name in ('index', 'quick_start', 'configs', 'api/apis', 'serve'):
                page.show(width, dark=dark)
                page.open(site / f'{name}.html')
                page.wait(f"document.body.getAttribute('data-md-color-scheme') === '{'slate' if dark else 'default'}'")
                assert page.evaluate('document.documentElement.scrollWidth <= innerWidth'), (name, width)
                assert page.evaluate('[...document.images].filter(one => !one.naturalWidth || !one.alt).length') == 0
                assert page.faint() == [], (name, width)
        assert page.messages == []
        assert [address for address in page.requests if not address.startswith(('file:', 'data:'))] == []
