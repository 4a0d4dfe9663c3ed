"""The version: that of the mmsegmentation 0.x interface which this package keeps, counted on from its last release."""

__version__ = '0.31.0'
version_info = (0, 31, 0)
