"""Conversion: data sets from their archives."""
