"""Links of the pages lead to files of the repository, and to headings that are there."""

import re
from urllib.parse import unquote

import pytest
from doc_blocks import PAGES, ROOT

_CODE = re.compile(r'^```.*?^```$|`[^`\n]+`', re.MULTILINE | re.DOTALL)
_LINK = re.compile(r'\]\(([^)\s]+)\)')
_HEADING = re.compile(r'^#+ (.+)$', re.MULTILINE)


def links_of(text: str) -> list[str]:
    """Addresses of the links that stand outside of code."""
    return [link for link in _LINK.findall(_CODE.sub('', text)) if not re.match(r'\w+:', link)]


def anchors_of(text: str) -> set[str]:
    """What headings are called in addresses, by viewers of repositories and by the site alike."""
    headings = _HEADING.findall(re.sub(r'^```.*?^```$', '', text, flags=re.MULTILINE | re.DOTALL))
    return {re.sub(r'[^\w -]', '', heading.lower()).replace(' ', '-') for heading in headings}


@pytest.mark.parametrize('page', PAGES)
def test_links_lead_somewhere(page):
    dead = []
    for link in links_of((ROOT / page).read_text()):
        path, _, anchor = link.partition('#')
        target = (ROOT / page).parent / unquote(path) if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors_of(target.read_text())):
            dead.append(link)
    assert dead == []


def test_dead_links_would_be_seen():
    text = '[a](b.md#c) `[no](link)` ![d](e.png) [f](https://g.h)\n```\n[no](link)\n```\n'
    assert links_of(text) == ['b.md#c', 'e.png']
    assert anchors_of("# The `page` of a run's day\n```\n# no\n```\n") == {'the-page-of-a-runs-day'}
