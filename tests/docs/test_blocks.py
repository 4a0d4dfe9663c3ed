"""Every command block of README.md and docs/ runs as it is written, but for what no machine of the tests has."""

import ast
import re
import subprocess
import sys
from itertools import chain

import pytest
from doc_blocks import ABSENT, LANGUAGES, PAGES, ROOT, Block, Checkout, blocks_of, missing

#: Pages whose blocks take few seconds; the others are slow.
QUICK = ('docs/configs.md', 'docs/from-0x.md')
QUICK_START = 'docs/quick_start.md'
AFTER_IT = '<!-- after: quick_start.md -->'
TEXTS = {page: (ROOT / page).read_text() for page in PAGES}
BLOCKS = {page: [block for block in blocks_of(page, TEXTS[page]) if block.language in LANGUAGES] for page in PAGES}
RUNNING = [page for page in PAGES if BLOCKS[page]]


@pytest.fixture(scope='session')
def fresh(tmp_path_factory):
    """A checkout as it is fetched."""
    checkout = Checkout(tmp_path_factory.mktemp('fresh'))
    yield checkout
    checkout.close()


@pytest.fixture(scope='session')
def started(fresh, tmp_path_factory):
    """A checkout after the quick start's training, its first block."""
    checkout = Checkout(tmp_path_factory.mktemp('started'), fresh)
    checkout.run(BLOCKS[QUICK_START][0])
    yield checkout
    checkout.close()


@pytest.mark.parametrize('page', [
    pytest.param(page, marks=[] if page in QUICK else pytest.mark.slow) for page in RUNNING])
def test_commands_run(page, request, tmp_path):
    left = [missing(block) for block in BLOCKS[page]]
    if all(left):
        pytest.skip(f'every block needs something: {", ".join(sorted(set(left)))}')
    goes_on = page == QUICK_START or AFTER_IT in TEXTS[page]
    checkout = Checkout(tmp_path, request.getfixturevalue('started' if goes_on else 'fresh'))
    try:
        for block, lack in list(zip(BLOCKS[page], left))[page == QUICK_START:]:
            if not lack:
                checkout.run(block)
    finally:
        checkout.close()


@pytest.mark.parametrize('page', RUNNING)
def test_blocks_are_scripts(page):
    """Of those that do not run here, too."""
    for block in BLOCKS[page]:
        if block.language == 'python':
            ast.parse(block.text, f'{page}:{block.line}')
        else:
            done = subprocess.run(['bash', '-n', '-c', block.text], capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, ''), f'{page}:{block.line}'


def test_tools_and_configs_that_are_named_are_there():
    """In the blocks that do not run, too."""
    for block in chain.from_iterable(BLOCKS.values()):
        for path in re.findall(r'(?<![\w/])(?:tools|tests)/[\w/]+\.(?:py|sh)\b', block.text):
            assert (ROOT / path).is_file(), f'{block.page}:{block.line}: {path}'


def test_every_fence_is_of_a_known_kind():
    kinds = {(block.page, block.language) for page in PAGES for block in blocks_of(page, TEXTS[page])}
    assert {language for _, language in kinds} <= {*LANGUAGES, 'text'}, kinds


def test_marks_are_known():
    for block in chain.from_iterable(BLOCKS.values()):
        assert set(block.marks) <= {'needs', 'ends', 'serves'}, f'{block.page}:{block.line}: {block.marks}'


PAGE = """
<!-- needs: data -->
```bash
false
```

<!-- ends: 3 -->
<!-- needs: gpu sh -->
```bash
exit 3
```

- a list

  ```python
  print(1)
  ```
"""


def test_blocks_are_found_with_their_marks():
    first, second, third = blocks_of('page.md', PAGE)
    assert first == ('page.md', 3, 'bash', 'false\n', {'needs': 'data'})
    assert second.marks == {'ends': '3', 'needs': 'gpu sh'}
    assert third == ('page.md', 15, 'python', 'print(1)\n', {})
    assert missing(first) == ABSENT['data']
    assert missing(third) == ''


@pytest.mark.parametrize(('language', 'text', 'marks', 'said'), [
    ('bash', 'echo here\nfalse\necho there', {}, 'here'),
    ('bash', 'false | cat', {}, ''),
    ('bash', 'true', {'ends': '2'}, ''),
    ('python', 'print("here")\n1 / 0', {}, 'ZeroDivisionError'),
])
def test_a_block_that_fails_fails_the_test(language, text, marks, said, tmp_path):
    checkout = Checkout.__new__(Checkout)
    checkout.folder, checkout._running = tmp_path, []
    checkout.add_programs(sys.executable)
    with pytest.raises(AssertionError, match=f'page.md:7:[\\s\\S]*{said}'):
        checkout.run(Block('page.md', 7, language, text, marks))
