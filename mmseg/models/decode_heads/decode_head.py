"""What every decode head has: choice of its inputs, classifier and losses."""

from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import nn

from mmcv.amp import auto_fp16, force_fp32
from mmcv.cnn import BaseModule, Conv2d, is_untouched, run_layers
from mmcv.ops import has_kernel
from mmseg.checks import Facts, Problem, check_part
from mmseg.labels import describe_foreign_labels, foreign_labels
from mmseg.models.builder import build_loss
from mmseg.models.feature_checks import check_inputs
from mmseg.models.layers import resize
from mmseg.models.losses import CrossEntropyLoss, accuracy
from mmseg.models.losses.accuracy import percentage
from mmseg.models.losses.weighting import labelled

from .pixel_samplers import build_pixel_sampler

INPUT_TRANSFORMS = (None, 'resize_concat', 'multiple_select')


@runtime_checkable
class CountsChannels(Protocol):
    """A loss that says whether it can learn from one channel; others are taken to be able to."""

    takes_one_channel: bool


class BaseDecodeHead(BaseModule, metaclass=ABCMeta):
    """Base of the heads that turn feature maps into logits.

    Args:
        in_channels: channels of the input; a list with ``input_transform``.
        channels: channels before the classifier.
        num_classes: classes.
        out_channels: channels of the logits; None means ``num_classes``, 1 a single logit for two classes.
        threshold: with one channel, the probability 0 ... 1 above which a pixel belongs to class 1; None means 0.3.
        dropout_ratio: of the dropout (whole channels) before the classifier.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        in_index: which of the backbone's maps to take; a list with ``input_transform``.
        input_transform: None takes one map, 'multiple_select' gives a list of maps, 'resize_concat' resizes them to the
            first one's size and concatenates them.
        loss_decode: config of the loss, or a list of them. Losses of one name add up.
        ignore_index: label that is not learned; None if all are.
        sampler: config of a pixel sampler.
        align_corners: of every resizing.
        init_cfg: initialization.
        fused: compute losses and predictions from the logits as they come, without resizing them first, where the
            compiled operators of :mod:`mmcv.ops` can: less memory and time, the same results up to rounding.

    Attributes:
        tells_classes: whether its logits are of the data set's classes; False for a head that makes labels of its own.

    Raises:
        ValueError: the arguments contradict each other.
    """

    exact_switches = ('fused',)
    tells_classes = True
    fused = False  # of subclasses, too, whose constructors do not call this one

    def __init__(
        self,
        in_channels: int | Sequence[int],
        channels: int,
        *,
        num_classes: int,
        out_channels: int | None = None,
        threshold: float | None = None,
        dropout_ratio: float = 0.1,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
        in_index: int | Sequence[int] = -1,
        input_transform: str | None = None,
        loss_decode: dict | Sequence[dict] = dict(  # noqa: B006
            type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0
        ),
        ignore_index: int | None = 255,
        sampler: dict | None = None,
        align_corners: bool = False,
        init_cfg: dict | list[dict] | None = dict(  # noqa: B006
            type='Normal', std=0.01, override=dict(name='conv_seg')
        ),
        fused: bool = True,
    ) -> None:
        super().__init__(init_cfg)
        self._init_inputs(in_channels, in_index, input_transform)
        self.channels = channels
        self.dropout_ratio = dropout_ratio
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.act_cfg = act_cfg
        self.ignore_index = ignore_index
        self.align_corners = align_corners
        self.fused = fused

        self.num_classes = num_classes
        self.out_channels = num_classes if out_channels is None else out_channels
        if self.out_channels != num_classes and (self.out_channels, num_classes) != (1, 2):
            raise ValueError(
                f'out_channels is {out_channels} for num_classes {num_classes}; it must be the '
                'same, or 1 with num_classes=2'
            )
        self.threshold = 0.3 if self.out_channels == 1 and threshold is None else threshold

        if isinstance(loss_decode, dict):
            self.loss_decode = build_loss(loss_decode)
        else:
            self.loss_decode = nn.ModuleList(build_loss(cfg) for cfg in loss_decode)
        self.sampler = build_pixel_sampler(sampler, context=self) if sampler is not None else None
        self.conv_seg = Conv2d(channels, self.out_channels, kernel_size=1)
        self.dropout = nn.Dropout2d(dropout_ratio) if dropout_ratio > 0 else None
        self.fp16_enabled = False

    def _init_inputs(
        self, in_channels: int | Sequence[int], in_index: int | Sequence[int], input_transform: str | None,
    ) -> None:
        if input_transform not in INPUT_TRANSFORMS:
            raise ValueError(f'input_transform is {input_transform!r}; use one of {INPUT_TRANSFORMS}')
        several = [isinstance(value, (list, tuple)) for value in (in_channels, in_index)]
        if input_transform is None and any(several):
            raise ValueError("in_channels and in_index are lists; set input_transform='multiple_select', say")
        if input_transform is not None and (not all(several) or len(in_channels) != len(in_index)):
            raise ValueError(f'input_transform={input_transform!r} needs in_channels and in_index of one length')
        self.input_transform = input_transform
        self.in_index = in_index
        self._given_channels = in_channels
        self.in_channels = sum(in_channels) if input_transform == 'resize_concat' else in_channels

    def extra_repr(self) -> str:
        return (
            f'input_transform={self.input_transform}, ignore_index={self.ignore_index}, '
            f'align_corners={self.align_corners}'
        )

    def init_weights(self) -> None:
        """Initialize; as this begins a training, also check that the losses fit the channels (:meth:`check_losses`)."""
        self.check_losses()
        super().init_weights()

    def check_losses(self) -> None:
        """Refuse losses that learn nothing from the logits that this head gives.

        Raises:
            ValueError: a loss over the softmax of several channels is to learn from one.
        """
        for problem in self._idle_losses():
            raise ValueError(f'{problem.key} {problem.message}; {problem.mend}')

    def _idle_losses(self) -> list[Problem]:
        if self._is_of_others():
            return []
        several = isinstance(self.loss_decode, nn.ModuleList)
        return [
            Problem(f'loss_decode[{i}].type' if several else 'loss_decode.type',
                    'is over a softmax, and out_channels is 1, whose softmax is always 1, so '
                    f'{type(loss).__name__} learns nothing',
                    "use dict(type='CrossEntropyLoss', use_sigmoid=True), or leave out out_channels")
            for i, loss in enumerate(self._losses())
            if self.out_channels == 1 < self.num_classes and isinstance(loss, CountsChannels)
            and not loss.takes_one_channel]

    def check(self, facts: Facts) -> list[Problem]:
        """Maps of other channels than it expects, and what its losses and its sampler find."""
        if self._is_of_others():
            return []
        own = facts.but(logits=self.out_channels, num_classes=self.num_classes)
        return [*check_inputs(self._given_channels, self.in_index, facts), *self._idle_losses(),
                *check_part(self.loss_decode, own, 'loss_decode'), *check_part(self.sampler, own, 'sampler')]

    def _is_of_others(self) -> bool:
        """Whether this is a project's head that skips the constructor here: nothing is known of its losses."""
        return 'loss_decode' not in self._modules

    def _losses(self) -> Iterable[nn.Module]:
        return self.loss_decode if isinstance(self.loss_decode, nn.ModuleList) else [self.loss_decode]

    def _transform_inputs(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor | list[torch.Tensor]:
        """Take the maps of ``in_index``: a tensor, or a list of them for 'multiple_select'."""
        if self.input_transform is None:
            return inputs[self.in_index]
        chosen = [inputs[i] for i in self.in_index]
        if self.input_transform == 'multiple_select':
            return chosen
        size = chosen[0].shape[2:]
        return torch.cat([resize(x, size, mode='bilinear', align_corners=self.align_corners) for x in chosen], dim=1)

    @auto_fp16()
    @abstractmethod
    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Feature maps to logits (N, out_channels, h, w)."""

    def forward_train(
        self, inputs: Sequence[torch.Tensor], img_metas: list[dict], gt_semantic_seg: torch.Tensor, train_cfg: dict
    ) -> dict[str, torch.Tensor]:
        """Losses of the maps ``inputs`` for the labels (N, 1, H, W)."""
        return self.losses(self(inputs), gt_semantic_seg)

    def forward_test(self, inputs: Sequence[torch.Tensor], img_metas: list[dict], test_cfg: dict) -> torch.Tensor:
        """Logits (N, out_channels, h, w)."""
        return self(inputs)

    def cls_seg(self, feat: torch.Tensor) -> torch.Tensor:
        """Dropout and classifier: (N, channels, h, w) to logits (N, out_channels, h, w)."""
        return run_layers(feat, [self.conv_seg] if self.dropout is None else [self.dropout, self.conv_seg])

    @force_fp32(apply_to=('seg_logit',))
    def losses(self, seg_logit: torch.Tensor, seg_label: torch.Tensor) -> dict[str, torch.Tensor]:
        """Losses at the size of the label, by name, and 'acc_seg', the percentage of pixels classified right.

        Args:
            seg_logit: (N, out_channels, h, w).
            seg_label: (N, 1, H, W) class indices of any integer type.

        Raises:
            ValueError: a loss on the CPU stumbles over a label that is neither a class nor ``ignore_index``.
        """
        if not seg_label.is_floating_point():
            seg_label = seg_label.long()  # what every loss takes
        try:
            if self._can_fuse_losses(seg_logit):
                return self._fused_losses(seg_logit, seg_label.squeeze(1))
            return self._plain_losses(seg_logit, seg_label)
        except (IndexError, RuntimeError):  # to look at the labels beforehand would cost time in each step
            if seg_label.is_cpu:
                self._check_labels(seg_label)
            raise

    def _check_labels(self, label: torch.Tensor) -> None:
        values = foreign_labels(label.long().numpy(), self.num_classes, self.ignore_index)
        if values:
            raise ValueError(f'losses: {describe_foreign_labels(values, self.num_classes, self.ignore_index)}')

    def _plain_losses(self, seg_logit: torch.Tensor, seg_label: torch.Tensor) -> dict[str, torch.Tensor]:
        seg_logit = resize(seg_logit, seg_label.shape[2:], mode='bilinear', align_corners=self.align_corners)
        seg_weight = None if self.sampler is None else self.sampler.sample(seg_logit, seg_label)
        seg_label = seg_label.squeeze(1)
        result = {}
        for loss in self._losses():
            value = loss(seg_logit, seg_label, weight=seg_weight, ignore_index=self.ignore_index)
            result[loss.loss_name] = result[loss.loss_name] + value if loss.loss_name in result else value
        result['acc_seg'] = accuracy(seg_logit, seg_label, ignore_index=self.ignore_index)
        return result

    def _can_fuse_losses(self, seg_logit: torch.Tensor) -> bool:
        """A sampler, and every loss but the ordinary cross entropy alone, needs the logits at full size."""
        loss = self.loss_decode
        simple = self.fused and self.sampler is None and is_untouched(loss, CrossEntropyLoss) and loss.can_upsample()
        return simple and has_kernel('upsample_cross_entropy', seg_logit)

    def _fused_losses(self, seg_logit: torch.Tensor, seg_label: torch.Tensor) -> dict[str, torch.Tensor]:
        loss = self.loss_decode
        value, hits = loss.over_upsampled(seg_logit, seg_label, self.ignore_index, self.align_corners)
        counted = labelled(seg_label, self.ignore_index).sum()
        return {loss.loss_name: value, 'acc_seg': percentage(hits, counted)}
