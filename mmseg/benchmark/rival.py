"""mmsegmentation 0.30 in a process of its own, which does the same work in turn."""

from pathlib import Path

from .elsewhere import Elsewhere, There

RIVAL = 'mmsegmentation 0.30'
WORKER = Path(__file__).with_name('rival_worker.py')


class Rival(There):
    """A way that runs in another Python.

    Args:
        python: an interpreter that has mmcv 1.x and mmsegmentation 0.30.
        job: a function of ``rival_worker.py``.
        arguments: its arguments; anything that torch.save takes.
    """

    def __init__(self, python: str, job: str, **arguments: object) -> None:
        super().__init__(Elsewhere(python, WORKER, {job: arguments}), job)
