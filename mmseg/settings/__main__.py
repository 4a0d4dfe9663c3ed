"""Make the tables of a page anew: ``python -m mmseg.settings docs/configs.md``."""

import sys
from pathlib import Path

from .docs import fill

if __name__ == '__main__':
    page = Path(sys.argv[1] if len(sys.argv) > 1 else 'docs/configs.md')
    text = fill(page.read_text(encoding='utf-8'), page.resolve().parents[1] / 'configs')
    page.write_text(text, encoding='utf-8')
