"""Runs that are drawn here."""

from drawn_runs import leave

__all__ = ['leave']
