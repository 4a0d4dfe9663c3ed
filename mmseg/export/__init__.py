"""Export: a model as a file that other runtimes run, and such files where a model is wanted."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.exported': 'ExportedSegmentor is_exported_file load_exported open_exported',
    '.exporting': 'export',
    '.facts': 'Facts',
    '.formats': 'FORMATS',
})
