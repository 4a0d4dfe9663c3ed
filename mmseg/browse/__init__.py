"""Browsing: samples as a model is trained on them, with their labels over them, as files, in windows or as a page."""

from .samples import Shown, as_trained

__all__ = ['Shown', 'as_trained']
