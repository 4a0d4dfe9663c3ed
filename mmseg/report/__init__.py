"""A run's report: curves, metrics with their intervals, confusions and pictures of validation images on one page."""
