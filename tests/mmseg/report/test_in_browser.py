"""The pages in a real browser: sizes, colours, keyboard, pointer."""

import pytest
from browser import opened
from drawn_runs import CLASSES

from mmseg.page.render import write_page
from mmseg.report.comparison import comparison_of
from mmseg.report.page import page_of
from mmseg.report.run import read_run


@pytest.fixture(scope='module')
def browser():
    with opened() as page:
        yield page


@pytest.fixture
def page(browser, leave, tmp_path):
    """The page of a drawn run, at desk width, light."""
    file = tmp_path / 'report.html'
    write_page(file, page_of(read_run(leave())))
    return shown(browser, file)


def shown(browser, file):
    browser.messages.clear()
    browser.requests.clear()
    browser.show(1280)
    browser.open(file)
    return browser


def test_sizes_and_colours(page, tmp_path):
    page.look_through(tmp_path / 'report.html')


def test_several_runs(browser, leave, tmp_path):
    file = tmp_path / 'comparison.html'
    folders = [leave(f'a-run-with-a-long-name-{i}', wrong=0.3 - i / 20) for i in range(4)]
    write_page(file, comparison_of([read_run(folder) for folder in folders]))
    shown(browser, file).look_through(file)


def test_the_tab_key_reaches_all_and_says_where_it_is(page):
    reached = set()
    for _ in range(60):
        page.press('Tab')
        reached.add(page.evaluate('document.activeElement.ariaLabel || document.activeElement.textContent.trim()'))
        assert page.evaluate("document.activeElement === document.body || "
                             "getComputedStyle(document.activeElement).outlineStyle !== 'none'")
    assert {'Skip to the report', 'Confusion', 'IoU, %', 'Filter the config', 'Copy the command: Test'} <= reached
    assert len([one for one in reached if 'arrow read the values' in one]) == 6


def test_a_confusion_shows_its_images(page):
    page.evaluate("document.querySelector('.matrix [tabindex=\"0\"]').focus()")
    page.press('ArrowRight')
    page.press('Enter')
    text = page.evaluate("document.getElementById('held').textContent")
    assert f'{CLASSES[0]} taken for {CLASSES[1]}' in text
    assert 'town/' in text
    assert page.evaluate("document.querySelectorAll('#held img').length") > 0
    assert page.evaluate("[...document.querySelectorAll('#held a')].every(one => document.querySelector(one.hash))")
    page.evaluate("document.querySelectorAll('.matrix td[role=gridcell]')[4].click()")
    assert page.evaluate("document.getElementById('held').textContent").startswith('tree <tall>: ')
    assert page.evaluate("document.querySelectorAll('[aria-selected=true]').length") == 1
    assert page.messages == []


def test_confusions_are_counted_in_three_ways(page):
    def cells():
        return page.evaluate("[...document.querySelectorAll('.matrix td[role=gridcell]')].map(one => one.textContent)")

    def choose(way):
        page.evaluate(f"document.querySelector('[value={way}]').click()")
        return cells()

    first = cells()
    assert choose('pixels') != first
    assert choose('of_prediction') != first
    assert choose('of_label') == first
    assert sum(int(one or 0) for one in first[:3]) in (99, 100, 101)


def test_a_chart_tells_its_values(page):
    page.evaluate("document.querySelector('.chart').focus()")

    def told():
        outputs = "document.querySelector('.chart').querySelectorAll('output')"
        return page.evaluate(f'[...{outputs}].map(one => one.textContent)')

    assert told() == ['60', '0.333', '0.167']
    page.press('Home')
    assert told() == ['10', '2', '1']
    page.press('ArrowRight')
    assert told() == ['20', '1', '0.5']


def test_a_table_is_sorted(page):
    def names():
        return page.evaluate("[...document.querySelectorAll('#classes tbody th')].map(one => one.textContent)")

    def values():
        cells = "document.querySelectorAll('#classes tbody td:nth-child(2)')"
        return page.evaluate(f'[...{cells}].map(one => +one.textContent)')

    assert names() == CLASSES
    page.evaluate("document.querySelectorAll('#classes th button')[1].click()")
    assert values() == sorted(values(), reverse=True)
    page.evaluate("document.querySelectorAll('#classes th button')[1].click()")
    assert values() == sorted(values())
    page.evaluate("document.querySelectorAll('#classes th button')[0].click()")
    assert names() == sorted(names(), reverse=True)


def test_the_config_is_filtered(page):
    page.evaluate("document.getElementById('filter').focus()")
    page.call('Input.insertText', text='encoder')
    assert page.evaluate("[...document.querySelectorAll('.config tbody tr')].map(one => one.hidden)") == [False, True]


def test_a_command_is_copied_or_marked(page):
    page.evaluate("document.querySelector('button.copy').click()")
    page.wait("document.querySelector('button.copy').textContent !== 'Copy'")
    assert page.messages == []
