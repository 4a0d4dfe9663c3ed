"""Layouts: what others call the weights that backbones start from.

One file per architecture. A backbone names its own in ``weight_layouts``, so that a file of others may be given as
``pretrained``; see :mod:`mmcv.checkpoint.layouts`.
"""
