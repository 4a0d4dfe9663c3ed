"""``python -m mmseg.zoo`` prints docs/zoo.md."""

from .table import markdown

if __name__ == '__main__':
    print(markdown(), end='')
