"""Predictions of files: masks, overlays, probabilities and confidences of images, videos and GeoTIFFs of any size."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {'.names': 'output_names', '.run': 'Run', '.writing': 'Wanted'})
