"""The head of PointRend."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmcv.ops import point_sample
from mmseg.models.builder import HEADS
from mmseg.models.layers import resize
from mmseg.models.losses import accuracy

from .cascade_decode_head import BaseCascadeDecodeHead


def calculate_uncertainty(seg_logits: torch.Tensor) -> torch.Tensor:
    """How near the second best class is: (N, K, ...) logits to (N, 1, ...), at most 0."""
    best = seg_logits.topk(2, dim=1).values
    return best[:, 1:] - best[:, :1]


@HEADS.register_module()
class PointHead(BaseCascadeDecodeHead):
    """Segmentation as rendering (https://arxiv.org/abs/1912.08193): logits anew at the points that are least certain.

    Layers that see one point at a time get the backbone's features there and the logits of the head before.

    Args:
        num_fcs: layers before the classifier.
        coarse_pred_each_layer: give the logits of the head before to each layer, not to the first alone.
        conv_cfg, norm_cfg, act_cfg: configs of the layers, which are of one dimension, the points.
        kwargs: see :class:`BaseDecodeHead`; ``input_transform`` is 'multiple_select'.
    """

    def __init__(
        self,
        num_fcs: int = 3,
        coarse_pred_each_layer: bool = True,
        conv_cfg: dict | None = dict(type='Conv1d'),  # noqa: B006
        norm_cfg: dict | None = None,
        act_cfg: dict | None = dict(type='ReLU', inplace=False),  # noqa: B006
        **kwargs: Any,
    ) -> None:
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        init_cfg = dict(type='Normal', std=0.01, override=dict(name='fc_seg'))
        super().__init__(input_transform='multiple_select', init_cfg=init_cfg, **layers, **kwargs)
        self.num_fcs = num_fcs
        self.coarse_pred_each_layer = coarse_pred_each_layer
        again = self.num_classes if coarse_pred_each_layer else 0
        width = sum(self.in_channels) + self.num_classes
        self.fcs = nn.ModuleList(
            ConvModule(self.channels + again if i else width, self.channels, 1, **layers) for i in range(num_fcs))
        self.fc_seg = nn.Conv1d(self.channels + again if num_fcs else width, self.num_classes, kernel_size=1)
        if self.dropout_ratio > 0:
            self.dropout = nn.Dropout(self.dropout_ratio)
        del self.conv_seg

    def cls_seg(self, feat: torch.Tensor) -> torch.Tensor:
        """Dropout and classifier: (N, C, P) to logits (N, num_classes, P)."""
        return self.fc_seg(feat if self.dropout is None else self.dropout(feat))

    def forward(self, fine_grained_point_feats: torch.Tensor, coarse_point_feats: torch.Tensor) -> torch.Tensor:
        """Features (N, C, P) and logits (N, num_classes, P) at P points to better logits there."""
        x = torch.cat([fine_grained_point_feats, coarse_point_feats], dim=1)
        for fc in self.fcs:
            x = fc(x)
            if self.coarse_pred_each_layer:
                x = torch.cat([x, coarse_point_feats], dim=1)
        return self.cls_seg(x)

    def _at_points(self, maps: list[torch.Tensor], prev_output: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        """Logits (N, num_classes, P) at points (N, P, 2)."""
        return self(self._get_fine_grained_point_feats(maps, points), self._get_coarse_point_feats(prev_output, points))

    def _get_fine_grained_point_feats(self, x: list[torch.Tensor], points: torch.Tensor) -> torch.Tensor:
        """Maps (N, C_i, H_i, W_i) to (N, sum of C_i, P) at points (N, P, 2)."""
        fine = [_sample(one, points, align_corners=self.align_corners) for one in x]
        return torch.cat(fine, dim=1) if len(fine) > 1 else fine[0]

    def _get_coarse_point_feats(self, prev_output: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        """Logits (N, num_classes, h, w) to (N, num_classes, P) at points (N, P, 2)."""
        return _sample(prev_output, points, align_corners=self.align_corners)

    def forward_train(
        self,
        inputs: Sequence[torch.Tensor],
        prev_output: torch.Tensor,
        img_metas: list[dict],
        gt_semantic_seg: torch.Tensor,
        train_cfg: dict,
    ) -> dict[str, torch.Tensor]:
        """Losses for the labels (N, 1, H, W) at points that are drawn.

        Args:
            inputs: maps of the backbone.
            prev_output: logits (N, num_classes, h, w) of the head before.
            img_metas: without effect.
            gt_semantic_seg: (N, 1, H, W) class indices.
            train_cfg: ``dict(num_points=2048, oversample_ratio=3, importance_sample_ratio=0.75)``, say.
        """
        maps = self._transform_inputs(inputs)
        with torch.no_grad():
            points = self.get_points_train(prev_output, calculate_uncertainty, cfg=train_cfg)
            label = point_sample(
                gt_semantic_seg.to(points.dtype), points, mode='nearest', align_corners=self.align_corners)
        return self.losses(self._at_points(maps, prev_output, points), label.squeeze(1).long())

    def forward_test(
        self, inputs: Sequence[torch.Tensor], prev_output: torch.Tensor, img_metas: list[dict], test_cfg: dict
    ) -> torch.Tensor:
        """Logits of the head before, enlarged step by step, and each time better at the least certain points.

        Args:
            inputs: maps of the backbone.
            prev_output: logits (N, num_classes, h, w) of the head before.
            img_metas: without effect.
            test_cfg: ``dict(subdivision_steps=2, subdivision_num_points=8196, scale_factor=2)``, say.
        """
        maps = self._transform_inputs(inputs)
        refined = prev_output
        for _ in range(_setting(test_cfg, 'test_cfg', 'subdivision_steps')):
            factor = _setting(test_cfg, 'test_cfg', 'scale_factor')
            refined = resize(refined, scale_factor=factor, mode='bilinear', align_corners=self.align_corners)
            indices, points = self.get_points_test(refined, calculate_uncertainty, cfg=test_cfg)
            logits = self._at_points(maps, prev_output, points).to(refined.dtype)
            indices = indices[:, None].expand(-1, refined.shape[1], -1)
            refined = refined.flatten(2).scatter(2, indices, logits).unflatten(2, refined.shape[2:])
        return refined

    def losses(self, point_logits: torch.Tensor, point_label: torch.Tensor) -> dict[str, torch.Tensor]:
        """Losses by name, and 'acc_point', for logits (N, num_classes, P) and labels (N, P) at points."""
        result = {}
        for loss in self._losses():
            name = f'point{loss.loss_name}'
            value = loss(point_logits, point_label, ignore_index=self.ignore_index)
            result[name] = result[name] + value if name in result else value
        result['acc_point'] = accuracy(point_logits, point_label, ignore_index=self.ignore_index)
        return result

    def get_points_train(
        self, seg_logits: torch.Tensor, uncertainty_func: Callable[[torch.Tensor], torch.Tensor], cfg: dict,
    ) -> torch.Tensor:
        """Draw points: the least certain of many, and some at random.

        Args:
            seg_logits: (N, num_classes, h, w).
            uncertainty_func: logits (N, num_classes, P) to (N, 1, P), larger where less certain.
            cfg: ``num_points``; of ``oversample_ratio`` times as many the least certain are taken, so that they are
                ``importance_sample_ratio`` of ``num_points``.

        Returns:
            (N, num_points, 2), each x, y with 0 and 1 at the borders of the map.

        Raises:
            ValueError: a setting is missing or out of range.
        """
        number, oversampling, importance = (
            _setting(cfg, 'train_cfg', key) for key in ('num_points', 'oversample_ratio', 'importance_sample_ratio'))
        if oversampling < 1 or not 0 <= importance <= 1:
            raise ValueError(f'train_cfg: oversample_ratio is {oversampling} and importance_sample_ratio {importance}; '
                             'use at least 1, and 0 to 1')
        uncertain = int(importance * number)
        points = _draw(seg_logits, int(number * oversampling))
        # Certainty is that of the logits at the points: between cells it may be lower than at each of them.
        uncertainty = uncertainty_func(_sample(seg_logits, points))[:, 0]
        chosen = uncertainty.topk(uncertain, dim=1).indices
        points = points.gather(1, chosen[..., None].expand(-1, -1, 2))
        if uncertain == number:
            return points
        return torch.cat([points, _draw(seg_logits, number - uncertain)], dim=1)

    def get_points_test(
        self, seg_logits: torch.Tensor, uncertainty_func: Callable[[torch.Tensor], torch.Tensor], cfg: dict,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The cells that are least certain.

        Args:
            seg_logits: (N, num_classes, h, w).
            uncertainty_func: logits to (N, 1, h, w), larger where less certain.
            cfg: ``subdivision_num_points``, how many.

        Returns:
            Their indices (N, P) in the flattened map, and their centres (N, P, 2), each x, y with 0 and 1 at the
            borders of the map.
        """
        height, width = seg_logits.shape[2:]
        number = torch.sym_min(height * width, _setting(cfg, 'test_cfg', 'subdivision_num_points'))
        indices = uncertainty_func(seg_logits).flatten(1).topk(number, dim=1).indices
        rows = indices // width
        columns, rows = (cells.to(_dtype_of_points(seg_logits)) for cells in (indices - rows * width, rows))
        return indices, torch.stack([(columns + 0.5) / width, (rows + 0.5) / height], dim=2)


def _dtype_of_points(like: torch.Tensor) -> torch.dtype:
    """Half precision would miss the cells of a large map."""
    return torch.promote_types(like.dtype, torch.float32)


def _draw(like: torch.Tensor, number: int) -> torch.Tensor:
    """Points (N, number, 2) anywhere in the map."""
    return torch.rand(len(like), number, 2, device=like.device).to(_dtype_of_points(like))


def _sample(x: torch.Tensor, points: torch.Tensor, align_corners: bool = False) -> torch.Tensor:
    """Interpolate (N, C, H, W) at points (N, P, 2), (N, C, P)."""
    return point_sample(x.to(points.dtype), points, align_corners=align_corners).to(x.dtype)


def _setting(cfg: dict | None, name: str, key: str) -> float:
    if not cfg or key not in cfg:
        raise ValueError(f'PointHead: {name} lacks {key}; set it in the config of the model')
    return cfg[key]
