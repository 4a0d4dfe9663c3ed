"""How others lay out the weights that backbones start from, one file per architecture; see mmcv/checkpoint/layouts.py.

A backbone names its own in ``layouts``, so that such a file may be given as ``pretrained``.
"""
