"""docs/configs.md says what the table says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from mmseg.settings.docs import fill, keys_table
from mmseg.settings.settings import KEYS
from mmseg.settings.table import GROUPS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / 'docs' / 'configs.md').read_text()
OURS = (ROOT / 'tests/configs/ours.txt').read_text().splitlines()


@pytest.fixture
def configs(tmp_path):
    """The project's own configs, without those that a user has added."""
    for name in OURS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(ROOT / 'configs' / name)
    return tmp_path


def test_the_page_is_as_it_would_be_made(configs):
    assert fill(PAGE, configs) == PAGE, 'make it anew: python -m mmseg.settings docs/configs.md'


def test_the_page_has_every_table():
    assert sorted(re.findall('<!-- table: (.+?) -->', PAGE)) == sorted([*GROUPS, 'configs'])
    for line in KEYS.values():
        assert f'| `{line.example}` | {line.meaning} |' in PAGE


def test_every_config_is_counted():
    rows = PAGE.split('<!-- table: configs -->')[1].split('<!-- end -->')[0]
    counts = {}
    for folder, count in re.findall(r'\[(\w+)\]\(../configs/\w+\) (\d+)', rows):
        counts[folder] = counts.get(folder, 0) + int(count)
    assert counts == Counter(name.partition('/')[0] for name in OURS if name[0] != '_' and '/' in name)


@pytest.mark.parametrize('group', GROUPS)
def test_cells_do_not_break_the_table(group):
    for row in keys_table(group).splitlines():
        assert re.fullmatch(r'\| [^|\n]+ \| [^|\n]+ \|', row)
