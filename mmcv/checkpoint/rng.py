"""The random state of the processes."""

import contextlib
import random
from collections.abc import Iterator

import numpy as np
import torch

from mmcv import dist


def seed_all(seed: int) -> None:
    """Seed ``random``, ``numpy.random`` and torch in this process."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def get_rng_state() -> dict:
    """The state of ``random``, ``numpy.random`` and torch in this process, as plain data and tensors."""
    name, keys, *rest = np.random.get_state()
    state = {
        'python': random.getstate(),
        'numpy': (name, torch.from_numpy(keys.astype(np.int64)), *rest),
        'torch': torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        state['cuda'] = torch.cuda.get_rng_state()
    return state


def set_rng_state(state: dict) -> None:
    """Go on from a state of :func:`get_rng_state`."""
    random.setstate(state['python'])
    name, keys, *rest = state['numpy']
    np.random.set_state((name, keys.cpu().numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state['torch'].cpu())
    if 'cuda' in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state['cuda'].cpu())


def gather_rng_states() -> list[dict]:
    """The states of all ranks; every rank has to call it."""
    return dist.gather_objects(get_rng_state())


@contextlib.contextmanager
def kept_rng_state() -> Iterator[None]:
    """Let the block draw what it wants: afterwards the state is what it was before."""
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)
