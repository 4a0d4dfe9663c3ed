"""Segmentors made of a backbone and heads."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from mmcv.amp import auto_fp16
from mmcv.ops import has_kernel, is_exported
from mmcv.utils.origins import locate
from mmseg.checks import Facts, Problem, check_part
from mmseg.models.builder import SEGMENTORS, build_head, build_neck
from mmseg.models.decode_heads import BaseDecodeHead
from mmseg.models.feature_checks import check_features
from mmseg.models.layers import normalize_bytes, resize
from mmseg.models.layouts.pspnet import SEMSEG, SMP
from mmseg.protocols import AuxiliaryHead, Backbone, Head, lacking, require

from .base_segmentor import BaseSegmentor, add_prefix
from .coarse_view import CoarseView, labels_of_views
from .feature_cache import FeatureCache
from .pretrained import build_pretrained
from .windows import checked_test_cfg, windows


@SEGMENTORS.register_module()
class EncoderDecoder(BaseSegmentor):
    """A backbone, a decode head, and auxiliary heads that only help in training.

    Args:
        backbone, decode_head, neck: configs of the parts.
        auxiliary_head: config of a further head, or a list of them.
        train_cfg: handed to the heads in training.
        test_cfg: ``dict(mode='whole')``, or ``dict(mode='slide', crop_size=(h, w), stride=(h, w))`` in pixels to
            predict overlapping windows and average them.
        pretrained: checkpoint of the backbone, unless the backbone has an ``init_cfg`` of its own; see
            :func:`~mmseg.models.segmentors.pretrained.build_pretrained` for how it gets there.
        init_cfg: initialization.

    Attributes:
        feature_cache: keeps the maps of a frozen backbone on disk; None computes them each time.

    Raises:
        ValueError: ``pretrained`` is set twice, or ``test_cfg`` is incomplete.
    """

    weight_layouts = (SEMSEG, SMP)
    feature_cache: FeatureCache | None = None

    def __init__(
        self,
        backbone: dict,
        decode_head: dict,
        neck: dict | None = None,
        auxiliary_head: dict | list[dict] | None = None,
        train_cfg: dict | None = None,
        test_cfg: dict | None = None,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.backbone, of_old = build_pretrained(backbone, pretrained)
        if neck is not None:
            self.neck = build_neck(neck)
        self._init_decode_head(decode_head)
        self._init_auxiliary_head(auxiliary_head)
        self.train_cfg = train_cfg
        self.test_cfg = checked_test_cfg(test_cfg)
        if of_old:
            self.init_weights()

    def _init_decode_head(self, decode_head: dict) -> None:
        self.decode_head = checked_head(decode_head)
        self._describe(self.decode_head)

    def _describe(self, head: nn.Module) -> None:
        """Say of oneself what the head that has the last word says."""
        self.align_corners = head.align_corners
        self.num_classes = head.num_classes
        self.out_channels = head.out_channels

    @property
    def out_channels(self) -> int:
        """Channels of the logits; one per class in subclasses of old, which set ``num_classes`` alone."""
        return self.__dict__.get('out_channels', self.num_classes)

    @out_channels.setter
    def out_channels(self, channels: int) -> None:
        self.__dict__['out_channels'] = channels

    def _init_auxiliary_head(self, auxiliary_head: dict | list[dict] | None) -> None:
        if isinstance(auxiliary_head, (list, tuple)):
            self.auxiliary_head = nn.ModuleList(checked_head(cfg, AuxiliaryHead) for cfg in auxiliary_head)
        elif auxiliary_head is not None:
            self.auxiliary_head = checked_head(auxiliary_head, AuxiliaryHead)

    def check(self, facts: Facts) -> list[Problem]:
        """Images, backbone, neck and heads that do not fit together; windows that the backbone does not take."""
        if missing := lacking(self.backbone, Backbone):
            return [Problem('backbone', f'lacks {", ".join(missing)}', 'see Backbone in mmseg.protocols')]
        features, problems = None, []
        if type(self).extract_feat is EncoderDecoder.extract_feat:
            features, problems = check_features(self, facts)
            if self.test_cfg['mode'] == 'slide' and not problems:
                windows = facts.but(image_size=tuple(self.test_cfg['crop_size']))
                problems = check_features(self, windows, 'test_cfg.crop_size')[1]
        for name, part in self.named_children():
            told = facts.but(features=features if name in ('decode_head', 'auxiliary_head') else None)
            problems += check_part(part, told, name)
        return problems

    def extract_feat(self, img: torch.Tensor) -> Sequence[torch.Tensor]:
        """Images (N, C, H, W) to the feature maps of the backbone, or of the neck if there is one."""
        x = self.backbone(img) if self.feature_cache is None else self.feature_cache(img)
        return self.neck(x) if self.with_neck else x

    def encode_decode(self, img: torch.Tensor, img_metas: list[dict] | None) -> torch.Tensor:
        """Images (N, C, H, W) to logits (N, out_channels, H, W), float32 whatever the network computed in."""
        out = self._decode_head_forward_test(self.extract_feat(img), img_metas)
        out = out.to(_at_least_float32(out))
        return resize(out, img.shape[2:], mode='bilinear', align_corners=self.align_corners)

    def forward_dummy(self, img: torch.Tensor) -> torch.Tensor:
        """Images to logits, without anything about the images."""
        return self.encode_decode(img, None)

    def forward_train(
        self, img: torch.Tensor, img_metas: list[dict], gt_semantic_seg: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Losses and accuracies by name, 'decode.loss_ce' and 'aux.loss_ce' for example.

        Args:
            img: (N, C, H, W).
            img_metas: one dict per image.
            gt_semantic_seg: (N, 1, H, W) class indices.
        """
        x = self.extract_feat(img)
        losses = self._decode_head_forward_train(x, img_metas, gt_semantic_seg)
        if self.with_auxiliary_head:
            losses.update(self._auxiliary_head_forward_train(x, img_metas, gt_semantic_seg))
        return losses

    def _decode_head_forward_train(
        self, x: Sequence[torch.Tensor], img_metas: list[dict], gt_semantic_seg: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        return add_prefix(self.decode_head.forward_train(x, img_metas, gt_semantic_seg, self.train_cfg), 'decode')

    def _decode_head_forward_test(self, x: Sequence[torch.Tensor], img_metas: list[dict] | None) -> torch.Tensor:
        return self.decode_head.forward_test(x, img_metas, self.test_cfg)

    def _auxiliary_head_forward_train(
        self, x: Sequence[torch.Tensor], img_metas: list[dict], gt_semantic_seg: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        if isinstance(self.auxiliary_head, nn.ModuleList):
            heads = {f'aux_{i}': head for i, head in enumerate(self.auxiliary_head)}
        else:
            heads = {'aux': self.auxiliary_head}
        losses = {}
        for prefix, head in heads.items():
            losses.update(add_prefix(head.forward_train(x, img_metas, gt_semantic_seg, self.train_cfg), prefix))
        return losses

    def slide_inference(self, img: torch.Tensor, img_meta: list[dict], rescale: bool) -> torch.Tensor:
        """Logits averaged over overlapping windows; see :meth:`inference`.

        The last windows move back inside of the image; where it is smaller than a window, the window shrinks.
        """
        rows, columns = self._windows(img)
        logits = img.new_zeros(len(img), self.out_channels, *img.shape[2:], dtype=_at_least_float32(img))
        count = img.new_zeros(1, 1, *img.shape[2:])
        for y in rows:
            for x in columns:
                logits[:, :, y, x] += self.encode_decode(img[:, :, y, x], img_meta)
                count[:, :, y, x] += 1
        logits /= count
        return self._to_original_size(logits, img_meta) if rescale else logits

    def whole_inference(self, img: torch.Tensor, img_meta: list[dict], rescale: bool) -> torch.Tensor:
        """Logits of the whole image at once; see :meth:`inference`."""
        logits = self.encode_decode(img, img_meta)
        return self._to_original_size(logits, img_meta) if rescale else logits

    def _to_original_size(self, logits: torch.Tensor, img_meta: list[dict]) -> torch.Tensor:
        """Cut off the padding, and resize to the size of the image file."""
        height, width = img_meta[0]['img_shape'][:2]
        size = tuple(img_meta[0]['ori_shape'][:2])
        logits = logits[:, :, :height, :width]
        return resize(logits, size, mode='bilinear', align_corners=self.align_corners, warning=False)

    def inference(self, img: torch.Tensor, img_meta: list[dict], rescale: bool) -> torch.Tensor:
        """Probabilities of the classes, turned back if the image was flipped.

        Args:
            img: (N, C, H, W).
            img_meta: one dict per image, all of one shape.
            rescale: return them at the size of the image files (``ori_shape``) rather than at that of ``img``.

        Returns:
            (N, out_channels, H, W).
        """
        _check_one_size(img_meta)
        slide = self.test_cfg['mode'] == 'slide'
        logits = (self.slide_inference if slide else self.whole_inference)(img, img_meta, rescale)
        return _unflip(self._probabilities(logits), img_meta[0])

    def _probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        return logits.sigmoid() if self.out_channels == 1 else logits.softmax(dim=1)

    @auto_fp16(apply_to=('img',))
    def predict_probabilities(
        self, img: list[torch.Tensor], img_metas: list[list[dict]]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The class of each pixel and how probable each class is there, at the size of the image files.

        Args:
            img, img_metas: as for :meth:`forward_test`; the probabilities of several augmentations are averaged.

        Returns:
            As :meth:`classify`.
        """
        return self._classified(self._mean_probabilities(normalize_bytes(img, img_metas), img_metas))

    @auto_fp16(apply_to=('img',))
    def predict_logits(self, img: torch.Tensor, img_metas: list[dict]) -> torch.Tensor:
        """As :meth:`encode_decode`, of bytes too, and in the precision that the model was set to."""
        return self.encode_decode(normalize_bytes(img, img_metas), img_metas)

    def classify(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (N, out_channels, H, W) to labels (N, H, W) and the probability of each class (N, K, H, W)."""
        return self._classified(self._probabilities(logits))

    def _classified(self, probs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        every = torch.cat([1 - probs, probs], dim=1) if self.out_channels == 1 else probs
        return self._labels_of(probs), every

    def simple_test(
        self, img: torch.Tensor, img_meta: list[dict], rescale: bool = True
    ) -> list[np.ndarray] | torch.Tensor:
        """One integer label map (H, W) per image; while the model is exported a tensor of them (1, N, H, W)."""
        if is_exported():
            return self._exported_labels(img, img_meta, rescale)
        if self._can_fuse_prediction(img):
            return self._fused_labels([img], [img_meta], rescale)
        return self._labels(self.inference(img, img_meta, rescale))

    def _exported_labels(self, img: torch.Tensor, img_meta: list[dict], rescale: bool) -> torch.Tensor:
        """Label maps at the size of ``img``, whatever that of the files is; those of windows may be resized."""
        probs = self.inference(img, img_meta, rescale and self.test_cfg['mode'] == 'slide')
        return self._labels_of(probs).unsqueeze(0)

    def _can_fuse_prediction(self, img: torch.Tensor) -> bool:
        """Whether labels can come without probabilities: nobody has changed the steps that make them."""
        steps = ('inference', 'whole_inference', 'slide_inference', 'encode_decode')
        own = all(
            getattr(type(self), step) is getattr(EncoderDecoder, step) and step not in self.__dict__ for step in steps)
        if not own:  # and perhaps without a head
            return False
        head = self.last_head()
        fused = isinstance(head, BaseDecodeHead) and head.fused
        return fused and self.out_channels > 1 and has_kernel('resample_argmax', img)

    def _fused_labels(
        self, imgs: list[torch.Tensor], img_metas: list[list[dict]], rescale: bool
    ) -> list[np.ndarray]:
        """The label maps of the mean of :meth:`inference` over augmentations, straight from what the head gives."""
        views = [self._coarse_view(img, img_meta, rescale) for img, img_meta in zip(imgs, img_metas)]
        return list(labels_of_views(views, self.align_corners).cpu().numpy())

    def _coarse_view(self, img: torch.Tensor, img_meta: list[dict], rescale: bool) -> CoarseView:
        _check_one_size(img_meta)
        seen = size = tuple(img.shape[2:])
        rows, columns = ([slice(0, length)] for length in size)
        if self.test_cfg['mode'] == 'slide':
            rows, columns = self._windows(img)
        maps = [self._decode_head_forward_test(self.extract_feat(img[:, :, y, x]), img_meta)
                for y in rows for x in columns]
        if rescale:
            seen, size = (tuple(img_meta[0][key][:2]) for key in ('img_shape', 'ori_shape'))
        return CoarseView(maps, rows, columns, seen, size, _flip_direction(img_meta[0]))

    def _windows(self, img: torch.Tensor) -> tuple[list[slice], list[slice]]:
        return tuple(map(windows, img.shape[2:], self.test_cfg['crop_size'], self.test_cfg['stride']))

    def aug_test(
        self, imgs: list[torch.Tensor], img_metas: list[list[dict]], rescale: bool = True
    ) -> list[np.ndarray]:
        """One integer label map (H, W) per image, of the probabilities averaged over augmentations."""
        _check_rescaled(rescale)
        if self._can_fuse_prediction(imgs[0]):
            return self._fused_labels(imgs, img_metas, rescale)
        return self._labels(self._mean_probabilities(imgs, img_metas))

    def simple_test_logits(
        self, img: list[torch.Tensor], img_metas: list[list[dict]], rescale: bool = True
    ) -> np.ndarray:
        """Probabilities (N, out_channels, H, W) of the first augmentation."""
        return self.inference(img[0], img_metas[0], rescale).cpu().numpy()

    def aug_test_logits(
        self, img: list[torch.Tensor], img_metas: list[list[dict]], rescale: bool = True
    ) -> np.ndarray:
        """Probabilities (N, out_channels, H, W) averaged over augmentations."""
        _check_rescaled(rescale)
        return self._mean_probabilities(img, img_metas).cpu().numpy()

    def _mean_probabilities(self, imgs: list[torch.Tensor], img_metas: list[list[dict]]) -> torch.Tensor:
        probs = self.inference(imgs[0], img_metas[0], True)
        for img, img_meta in zip(imgs[1:], img_metas[1:]):
            probs += self.inference(img, img_meta, True)
        return probs.div_(len(imgs))

    def _labels(self, probs: torch.Tensor) -> list[np.ndarray]:
        return list(self._labels_of(probs).cpu().numpy())

    def _labels_of(self, probs: torch.Tensor) -> torch.Tensor:
        if self.out_channels == 1:
            return (probs > self.last_head().threshold).squeeze(1).long()
        return probs.argmax(dim=1)

    def last_head(self) -> nn.Module:
        """The decode head whose logits are the segmentor's."""
        return self.decode_head[-1] if isinstance(self.decode_head, nn.ModuleList) else self.decode_head


def checked_head(cfg: dict, kind: type = Head) -> nn.Module:
    """Build a head.

    Raises:
        ConfigTypeError: names what it lacks of ``kind``.
    """
    head = build_head(cfg)
    if lacking(head, kind) == ['out_channels']:  # before mmsegmentation 0.23 heads predicted a channel per class
        head.out_channels = head.num_classes
    require(head, kind, locate(cfg) or 'head')
    return head


def _check_one_size(img_meta: list[dict]) -> None:
    shapes = {tuple(meta['ori_shape']) for meta in img_meta}
    if len(shapes) > 1:
        raise ValueError(f'inference: images of one batch differ in ori_shape, {shapes}; predict them one by one')


def _check_rescaled(rescale: bool) -> None:
    if not rescale:
        raise ValueError('aug_test: augmentations have several sizes; only rescale=True brings them together')


def _flip_direction(meta: dict) -> str:
    """'horizontal' or 'vertical' of a flipped image, else ''."""
    if not meta.get('flip'):
        return ''
    if meta['flip_direction'] not in ('horizontal', 'vertical'):
        raise ValueError(f"inference: flip_direction is {meta['flip_direction']!r}; use 'horizontal' or 'vertical'")
    return meta['flip_direction']


def _unflip(maps: torch.Tensor, meta: dict) -> torch.Tensor:
    """Turn maps (..., H, W) of a flipped image back."""
    direction = _flip_direction(meta)
    return maps.flip(-1 if direction == 'horizontal' else -2) if direction else maps


def _at_least_float32(tensor: torch.Tensor) -> torch.dtype:
    return torch.promote_types(tensor.dtype, torch.float32)
