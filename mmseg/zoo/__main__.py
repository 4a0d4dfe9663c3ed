"""``python -m mmseg.zoo`` prints docs/zoo.md."""

from mmcv.utils.pipe import ends_with_its_reader

from .table import markdown

if __name__ == '__main__':
    with ends_with_its_reader():
        print(markdown(), end='')
