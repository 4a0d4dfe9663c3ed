"""What every backbone shares."""

from typing import ClassVar

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmcv.cnn import BaseModule

from .pretrained import pretrained_init_cfg


class BaseBackbone(BaseModule):
    """Base of the backbones, which map images (N, C, H, W) to a sequence of feature maps.

    A backbone sets :attr:`out_channels` and :attr:`out_strides` in its constructor. If it takes ``frozen_stages`` it
    has :meth:`stage_parts` and ends its constructor with :meth:`_freeze_stages`; if it takes ``with_cp``, its blocks
    run through :func:`mmseg.models.layers.checkpointed`. One whose learning rates can fall from layer to layer has the
    method ``layer_of`` of :class:`mmcv.runner.layer_decay.LayeredBackbone`.

    Args:
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization; by default :attr:`default_init_cfg`.
        norm_eval: keep batch norms in eval mode, so that their running statistics stay.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        frozen_stages: the stem (0) and this many stages are neither trained nor in training mode; -1 for none.

    Attributes:
        default_init_cfg: the initialization where neither ``pretrained`` nor ``init_cfg`` is given.
        from_scratch: arguments for the constructor of one that has others' weights as soon as it is built, with which
            it has none.
        recompute_norm: what the key of that name is by default on a CPU: True or 'convs' where that saves memory for
            little time.
        channels_last: whether maps lie so by default in training on a CPU: where that is no slower.
        out_channels: channels of each map that is returned.
        out_strides: pixels of the image per cell of each map, where the image is a multiple of all of them.

    Raises:
        ValueError: ``pretrained`` and ``init_cfg`` are both given.
    """

    default_init_cfg: ClassVar[list[dict] | None] = None
    from_scratch: ClassVar[dict[str, object]] = {}
    recompute_norm: ClassVar[bool | str] = True
    channels_last: ClassVar[bool] = True
    out_channels: tuple[int, ...]
    out_strides: tuple[int, ...]

    def __init__(
        self,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
        *,
        norm_eval: bool = False,
        with_cp: bool = False,
        frozen_stages: int = -1,
    ) -> None:
        super().__init__(pretrained_init_cfg(pretrained, init_cfg, self.default_init_cfg))
        self.pretrained = pretrained
        self.norm_eval = norm_eval
        self.with_cp = with_cp
        self.frozen_stages = frozen_stages

    def stage_parts(self, stage: int) -> list[nn.Module | nn.Parameter]:
        """What ``frozen_stages`` keeps as it is at a stage, counted from 1; at 0, the stem."""
        raise NotImplementedError(f'{type(self).__name__} does not say what its stages are')

    def _freeze_stages(self) -> None:
        for stage in range(self.frozen_stages + 1):
            try:
                parts = self.stage_parts(stage)
            except (AttributeError, IndexError) as error:
                raise ValueError(f'frozen_stages is {self.frozen_stages}; there are {stage - 1} stages') from error
            for part in parts:
                part.requires_grad_(False)
                if isinstance(part, nn.Module):
                    part.eval()

    def train(self, mode: bool = True) -> nn.Module:
        """Set the mode, but of what is frozen and, with ``norm_eval``, of batch norms."""
        super().train(mode)
        self._freeze_stages()
        if mode and self.norm_eval:
            for module in self.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self
