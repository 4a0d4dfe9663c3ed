"""What every segmentor does: the two kinds of calls, the training step, drawing."""

from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

import mmcv
from mmcv.amp import auto_fp16
from mmcv.cnn import BaseModule
from mmseg.arrays import check_image, check_result
from mmseg.evaluation.legend import draw_legend
from mmseg.models.layers import normalize_bytes
from mmseg.palette import Palette, plain_palette, random_palette


class BaseSegmentor(BaseModule, metaclass=ABCMeta):
    """Base of the segmentors.

    Attributes:
        CLASSES: names of the classes, set by whoever builds the model.
        PALETTE: (K, 3) RGB colour of each, 0 ... 255.
    """

    CLASSES: Sequence[str] | None = None
    PALETTE: Sequence[Sequence[int]] | None = None

    def __init__(self, init_cfg: dict | list[dict] | None = None) -> None:
        super().__init__(init_cfg)
        self.fp16_enabled = False

    @property
    def with_neck(self) -> bool:
        """Whether there is a neck."""
        return getattr(self, 'neck', None) is not None

    @property
    def with_auxiliary_head(self) -> bool:
        """Whether there is an auxiliary head."""
        return getattr(self, 'auxiliary_head', None) is not None

    @property
    def with_decode_head(self) -> bool:
        """Whether there is a decode head."""
        return getattr(self, 'decode_head', None) is not None

    @abstractmethod
    def extract_feat(self, imgs: torch.Tensor) -> Sequence[torch.Tensor]:
        """Images (N, C, H, W) to feature maps."""

    @abstractmethod
    def encode_decode(self, img: torch.Tensor, img_metas: list[dict]) -> torch.Tensor:
        """Images (N, C, H, W) to logits (N, K, H, W)."""

    @abstractmethod
    def forward_train(self, imgs: torch.Tensor, img_metas: list[dict], **kwargs: Any) -> dict[str, torch.Tensor]:
        """Images and labels to losses by name."""

    @abstractmethod
    def simple_test(self, img: torch.Tensor, img_meta: list[dict], **kwargs: Any) -> list[np.ndarray]:
        """Images to one label map (H, W) each."""

    @abstractmethod
    def aug_test(self, imgs: list[torch.Tensor], img_metas: list[list[dict]], **kwargs: Any) -> list[np.ndarray]:
        """Several versions of each image to one label map (H, W) each."""

    @auto_fp16(apply_to=('img',))
    def forward(
        self, img: torch.Tensor | list, img_metas: list, return_loss: bool = True, **kwargs: Any
    ) -> dict[str, torch.Tensor] | list[np.ndarray]:
        """Train or predict.

        Args:
            img: (N, C, H, W) to train; to predict, a list with such a batch for each test-time augmentation. Bytes are
                normalised first, see :func:`mmseg.models.layers.normalize_bytes`.
            img_metas: one dict per image to train; to predict, a list of these for each augmentation.
            return_loss: whether to train.
            kwargs: ``gt_semantic_seg`` (N, 1, H, W) to train; ``rescale`` to predict.

        Returns:
            Losses by name, or one label map (H, W) per image.
        """
        img = normalize_bytes(img, img_metas)
        if return_loss:
            return self.forward_train(img, img_metas, **kwargs)
        return self.forward_test(img, img_metas, **kwargs)

    def forward_test(self, imgs: list[torch.Tensor], img_metas: list[list[dict]], **kwargs: Any) -> list[np.ndarray]:
        """Check the inputs and call :meth:`simple_test`, or :meth:`aug_test` for more than one augmentation.

        Raises:
            ValueError: they are no lists of one length, or a batch mixes images of several shapes.
        """
        for name, value in (('img', imgs), ('img_metas', img_metas)):
            if not isinstance(value, list):
                kind = type(value).__name__
                raise ValueError(f'forward: {name} is a {kind}; to predict, give a list, one batch per augmentation')
        if len(imgs) != len(img_metas):
            raise ValueError(f'forward: {len(imgs)} augmentations in img, but {len(img_metas)} in img_metas')
        for metas in img_metas:
            for key in ('ori_shape', 'img_shape', 'pad_shape'):
                shapes = {tuple(meta[key]) for meta in metas if key in meta}
                if len(shapes) > 1:
                    raise ValueError(f'forward: images of one batch differ in {key}, {shapes}; predict them one by one')
        if len(imgs) == 1:
            return self.simple_test(imgs[0], img_metas[0], **kwargs)
        return self.aug_test(imgs, img_metas, **kwargs)

    def train_step(self, data_batch: dict, optimizer: torch.optim.Optimizer | None = None, **kwargs: Any) -> dict:
        """The forward pass of one training iteration.

        Args:
            data_batch: arguments of :meth:`forward`.
            optimizer, **kwargs: not used.

        Returns:
            ``loss``, the tensor to differentiate; ``log_vars``, what to log, as 0-d tensors that stay on the device;
            and ``num_samples``, the number of images.
        """
        loss, log_vars = self._parse_losses(self(**data_batch))
        return dict(loss=loss, log_vars=log_vars, num_samples=len(data_batch['img_metas']))

    def val_step(self, data_batch: dict, optimizer: torch.optim.Optimizer | None = None, **kwargs: Any) -> dict:
        """As :meth:`train_step`, with '_val' after each name of ``log_vars``."""
        outputs = self.train_step(data_batch, optimizer, **kwargs)
        outputs['log_vars'] = {f'{name}_val': value for name, value in outputs['log_vars'].items()}
        return outputs

    @staticmethod
    def _parse_losses(losses: dict) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Add up the losses.

        Args:
            losses: tensors, or lists of tensors to add, by name. Those whose name contains 'loss' after its first dot
                are minimized; the others are only logged.

        Returns:
            The sum, and every mean value, detached and on its device, with the sum under 'loss'.

        Raises:
            TypeError: a value is neither a tensor nor a list of tensors.
        """
        means = {}
        for name, value in losses.items():
            if isinstance(value, torch.Tensor):
                means[name] = value.mean()
            elif isinstance(value, list):
                means[name] = sum(part.mean() for part in value)
            else:
                raise TypeError(f'loss {name} is a {type(value).__name__}; give a tensor or a list of tensors')
        total = sum(value for name, value in means.items() if 'loss' in (name.partition('.')[2] or name))
        return total, {name: value.detach() for name, value in {**means, 'loss': total}.items()}

    def show_result(
        self,
        img: np.ndarray | str,
        result: list[np.ndarray],
        palette: Sequence[Sequence[int]] | None = None,
        win_name: str = '',
        show: bool = False,
        wait_time: int = 0,
        out_file: str | None = None,
        opacity: float = 0.5,
        legend: bool = False,
    ) -> np.ndarray:
        """Draw a label map over its image.

        Args:
            img: path or (H, W, 3) BGR array of 0 to 255.
            result: its first element is the (H, W) label map; labels without a colour stay black.
            palette: (K, 3) RGB colours, 0 ... 255; None means those of the model, or else random ones.
            win_name, show, wait_time: show it in a window, for ``wait_time`` ms (0: until a key is pressed).
            out_file: write it there, and show nothing.
            opacity: of the colours, above 0 and up to 1.
            legend: name the classes that occur, from the largest to the smallest, in a corner.

        Returns:
            (H, W, 3) uint8 BGR.

        Raises:
            ValueError: the opacity is out of range, the palette is no table of colours, one per class, or the image or
                the label map is something else; it tells what.
        """
        if not 0 < opacity <= 1:
            raise ValueError(f'show_result: opacity is {opacity}; use more than 0 and at most 1')
        check_image(img, 'show_result')
        img = mmcv.imread(img)
        colors = self._colors(palette)
        label = check_result(result, img.shape[:2], 'show_result').astype(np.int64)
        known = (label >= 0) & (label < len(colors))
        overlay = np.where(known[..., None], colors[label * known], 0)[..., ::-1]
        img = (img * (1 - opacity) + overlay * opacity).astype(np.uint8)
        if legend:
            names = self.CLASSES or [f'class {number}' for number in range(len(colors))]
            img = draw_legend(img, np.bincount(label[known], minlength=len(colors)), names, colors)
        if out_file is not None:
            mmcv.imwrite(img, out_file)
        elif show:
            import cv2

            cv2.imshow(win_name, img)
            cv2.waitKey(wait_time)
        return img

    def _colors(self, palette: Palette | None) -> np.ndarray:
        """(K, 3) RGB; random ones are always the same, and leave the global random state alone."""
        palette = self.PALETTE if palette is None else palette
        if palette is None:
            return np.array(random_palette(len(self.CLASSES) if self.CLASSES else self.num_classes))
        colors = np.array(plain_palette(palette, 'show_result: palette'))
        expected = len(self.CLASSES) if self.CLASSES else len(colors)
        if len(colors) != expected:
            raise ValueError(f'show_result: palette has shape {colors.shape}; give RGB rows for {expected} classes')
        return colors


def add_prefix(inputs: dict, prefix: str) -> dict:
    """The same dict with ``prefix`` and a dot before every key.

    >>> add_prefix({'loss_ce': 1.0}, 'decode')
    {'decode.loss_ce': 1.0}
    """
    return {f'{prefix}.{name}': value for name, value in inputs.items()}
