"""Data sets: samples by their positions, wrappers, caches, loaders, and the registries of data sets and transforms."""

from mmcv.utils.registered import lazy_folder

__getattr__, __dir__ = lazy_folder(__name__, names={
    '.builder': 'DATASETS PIPELINES build_dataloader build_dataset',
    '.class_frequency': 'class_weights',
    'mmseg.labels': 'DataError',
})
