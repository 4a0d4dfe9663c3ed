"""The public facade: load a config or a model, train, test, segment an image."""

from mmcv.utils.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, {
    '.inference': 'inference_segmentor iterate_segmentor show_result_pyplot',
    '.load': 'init_segmentor load_model',
    '.testing': 'run_test test',
    '.training': 'run_training train train_segmentor',
    'mmseg.export': 'export load_exported',
    'mmcv.engine': 'multi_gpu_test single_gpu_test',
    'mmseg.assembly.seed': 'init_random_seed set_random_seed',
    'mmseg.assembly.load': 'load_config',
})
