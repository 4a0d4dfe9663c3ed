"""Predictions of files: masks, overlays, probabilities and confidences of images, videos and GeoTIFFs of any size."""
