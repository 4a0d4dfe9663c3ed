"""Running models over data sets."""

from .evaluation_hook import DistEvalHook, EvalHook
from .inference import collect_results_cpu, collect_results_gpu, multi_gpu_test, run_inference, single_gpu_test

__all__ = [
    'DistEvalHook', 'EvalHook', 'collect_results_cpu', 'collect_results_gpu', 'multi_gpu_test', 'run_inference',
    'single_gpu_test',
]
