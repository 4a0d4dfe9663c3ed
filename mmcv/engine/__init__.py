"""Running models over data sets."""

from .inference import evaluate, has_evaluator, multi_gpu_test, run_inference, single_gpu_test

__all__ = ['evaluate', 'has_evaluator', 'multi_gpu_test', 'run_inference', 'single_gpu_test']
