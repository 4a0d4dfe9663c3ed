"""In which precision a config multiplies, and torch's switches for it."""

import contextlib
from collections.abc import Iterator

import torch

from mmcv.config import Config
from mmseg.assembly.speed import mixed_precision, set_backends
from mmseg.settings import Settings


def precision_of(cfg: Config, training: bool = False) -> str:
    """'bfloat16' or 'float16' under ``amp``, 'tf32' where float32 is multiplied so, else 'float32'.

    Args:
        cfg: a config.
        training: whether for training; 'auto' may differ.
    """
    settings = Settings.of(cfg)
    amp = mixed_precision(settings, training)
    if amp is not None:
        return amp.get('dtype', 'bfloat16')
    return 'tf32' if settings.tf32 and settings.device.type == 'cuda' else 'float32'


@contextlib.contextmanager
def backends(cfg: Config) -> Iterator[None]:
    """The switches of torch as the config has them, and TF32 off unless it says otherwise; as before afterwards."""
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark
    set_backends(Settings.of(Config(dict(cudnn_benchmark=True, tf32=bool(cfg.get('tf32'))))))
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark = before[1:]
