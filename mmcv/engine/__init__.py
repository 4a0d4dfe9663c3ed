"""Running models over data sets."""

from .inference import multi_gpu_test, run_inference, single_gpu_test

__all__ = ['multi_gpu_test', 'run_inference', 'single_gpu_test']
