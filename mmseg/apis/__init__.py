"""The public facade: load a config or a model, train, test, segment an image."""

from mmcv.engine import multi_gpu_test, single_gpu_test
from mmseg.assembly.parts import build_model, build_test_loader, build_train_loader, load_config
from mmseg.assembly.seed import init_random_seed, set_random_seed

from .inference import inference_segmentor, init_segmentor, show_result_pyplot
from .train import train_segmentor

__all__ = [
    'build_model', 'build_test_loader', 'build_train_loader', 'inference_segmentor', 'init_random_seed',
    'init_segmentor', 'load_config', 'multi_gpu_test', 'set_random_seed', 'show_result_pyplot', 'single_gpu_test',
    'train_segmentor',
]
