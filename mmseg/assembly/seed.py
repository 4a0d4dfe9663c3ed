"""Seeds of a run."""

import os

import numpy as np
import torch

from mmcv import dist
from mmcv.checkpoint.rng import seed_all


def init_random_seed(seed: int | None = None, device: str = 'cuda') -> int:
    """The seed of this run, the same on every rank: ``seed`` itself, or a random one that rank 0 draws.

    Args:
        seed: 0 <= seed < 2**32, or None to draw one.
        device: accepted for the sake of old scripts; the ranks agree over whatever backend they have.
    """
    if seed is None:
        seed = dist.broadcast_object(int(np.random.SeedSequence().generate_state(1)[0] >> 1))
    if not 0 <= seed < 2**32:
        raise ValueError(f'seed {seed} is outside 0 ... 2**32 - 1: give --seed a number in that range')
    return seed


def set_random_seed(seed: int, deterministic: bool = False) -> None:
    """Seed ``random``, ``numpy.random`` and torch; with ``deterministic``, allow only deterministic algorithms."""
    seed_all(seed)
    if deterministic:
        # cuBLAS reads this when its first handle is made, which comes after this call in every tool.
        os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
