"""From images of any kind and size to label maps: the test pipeline, batches, windows with blended seams."""

from .classes import Classes
from .predictor import Prediction, Predictor
from .preparation import Prepared
from .sources import Frame, Picture, Source, Video, find_sources

__all__ = ['Classes', 'Frame', 'Picture', 'Prediction', 'Predictor', 'Prepared', 'Source', 'Video', 'find_sources']
