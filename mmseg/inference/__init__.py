"""From images of any kind and size to label maps: the test pipeline, batches, windows with blended seams."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.classes': 'Classes',
    '.predictor': 'Prediction Predictor',
    '.preparation': 'Prepared',
    '.sources': 'Frame Picture Source Video find_sources',
})
