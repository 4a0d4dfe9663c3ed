"""Giving GPU memory back."""

import torch

from .hook import HOOKS, Hook


@HOOKS.register_module()
class EmptyCacheHook(Hook):
    """Gives unused GPU memory back at the chosen stages."""

    def __init__(self, before_epoch: bool = False, after_epoch: bool = True, after_iter: bool = False) -> None:
        for stage, chosen in (('before_epoch', before_epoch), ('after_epoch', after_epoch), ('after_iter', after_iter)):
            if chosen:
                setattr(self, stage, lambda runner: torch.cuda.empty_cache())
