"""Conversion: what others publish, in the layout that this package reads; data sets from their archives so far.

A converter lists one :class:`Job` per file that is to be written and calls :func:`convert`; what remains of it is facts
about its data set. ``sources`` reads files in folders and archives, ``isprs`` and ``retina`` are what the data sets of
one publisher share.
"""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.jobs': 'Job Tiles convert make_parser require write_list',
    '.sources': 'Refused Source',
})
