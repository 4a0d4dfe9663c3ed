"""A head with losses of its own."""

import torch
from torch import nn

from mmcv.cnn import ConvModule
from mmcv.runner import force_fp32
from mmseg.models.builder import HEADS, build_loss
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.losses import accuracy
from mmseg.ops import resize


@HEADS.register_module()
class GatedHead(BaseDecodeHead):

    def __init__(self, edge_weight=0.4, edge_loss=dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=1.0),
                 **kwargs):
        super().__init__(input_transform='multiple_select', **kwargs)
        self.edge_weight = edge_weight
        self.edge_loss = build_loss(edge_loss)
        cfg = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.convs = nn.ModuleList([ConvModule(c, self.channels, 1, inplace=False, **cfg) for c in self.in_channels])
        self.edge = nn.Conv2d(self.channels, 1, 1)

    def forward(self, inputs):
        x, *rest = self._transform_inputs(inputs)
        out = self.convs[0](x)
        for conv, feature in zip(self.convs[1:], rest):
            out += resize(conv(feature), size=out.shape[2:], mode='bilinear', align_corners=self.align_corners)
        self.edges = self.edge(out)
        return self.cls_seg(out)

    @force_fp32(apply_to=('seg_logit', ))
    def losses(self, seg_logit, seg_label):
        loss = dict()
        seg_logit = resize(input=seg_logit, size=seg_label.shape[2:], mode='bilinear',
                           align_corners=self.align_corners)
        weight = self.sampler.sample(seg_logit, seg_label) if self.sampler is not None else None
        seg_label = seg_label.squeeze(1)
        loss['loss_seg'] = self.loss_decode(seg_logit, seg_label, weight=weight, ignore_index=self.ignore_index)
        loss['acc_seg'] = accuracy(seg_logit, seg_label)
        edges = resize(self.edges, size=seg_label.shape[1:], mode='bilinear', align_corners=self.align_corners)
        changes = torch.zeros_like(seg_label)
        changes[:, :, 1:] |= (seg_label[:, :, 1:] != seg_label[:, :, :-1]).long()
        loss['loss_edge'] = self.edge_weight * self.edge_loss(edges, changes)
        return loss
