"""Ensembles: label maps of several models together, by the mean of their probabilities."""

from .ensemble import Ensemble

__all__ = ['Ensemble']
