"""The version: that of the mmcv 1.x interface which this package keeps, counted on from the last release."""

__version__ = '1.7.3'
version_info = (1, 7, 3)
