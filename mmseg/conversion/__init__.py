"""Conversion: data sets from the archives that they are published in."""
