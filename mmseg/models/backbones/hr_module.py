"""The part of high-resolution networks in which maps of several sizes exchange what they know."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import BaseModule, ModuleList, Sequential, build_conv_layer, build_norm_layer
from mmseg.models.layers import ResLayer, Upsample, has_size, resize


class HRModule(BaseModule):
    """Branches of residual blocks, each at half the size of the one before, then each map joined to all others.

    Args:
        num_branches: how many.
        blocks: class of the blocks, :class:`BasicBlock` or :class:`Bottleneck`.
        num_blocks: blocks of each branch.
        in_channels: channels of each input.
        num_channels: width of each branch; its channels are these times the blocks' ``expansion``.
        multiscale_output: return all maps instead of the largest alone.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        conv_cfg, norm_cfg: configs of the layers.
        block_init_cfg: initialization of each block.
        init_cfg: initialization.

    Attributes:
        in_channels: channels of each branch behind its blocks.

    Raises:
        ValueError: a list has not one entry per branch.
    """

    def __init__(
        self,
        num_branches: int,
        blocks: type[nn.Module],
        num_blocks: Sequence[int],
        in_channels: Sequence[int],
        num_channels: Sequence[int],
        multiscale_output: bool = True,
        with_cp: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN', requires_grad=True),  # noqa: B006
        block_init_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self._check_branches(num_branches, num_blocks, in_channels, num_channels)
        self.num_branches = num_branches
        self.multiscale_output = multiscale_output
        self.conv_cfg, self.norm_cfg, self.with_cp = conv_cfg, norm_cfg, with_cp
        self.block_init_cfg = block_init_cfg
        self.in_channels = list(in_channels)
        self.branches = self._make_branches(num_branches, blocks, num_blocks, num_channels)
        self.fuse_layers = self._make_fuse_layers() if num_branches > 1 else None
        self.relu = nn.ReLU(inplace=True)

    def _check_branches(
        self, num_branches: int, num_blocks: Sequence[int], in_channels: Sequence[int], num_channels: Sequence[int],
    ) -> None:
        for name, value in dict(num_blocks=num_blocks, in_channels=in_channels, num_channels=num_channels).items():
            if len(value) != num_branches:
                raise ValueError(f'HRModule: {name} is {value}; give one value for each of the {num_branches} branches')

    def _make_branches(
        self, num_branches: int, block: type[nn.Module], num_blocks: Sequence[int], num_channels: Sequence[int],
    ) -> ModuleList:
        return ModuleList(self._make_one_branch(i, block, num_blocks, num_channels) for i in range(num_branches))

    def _make_one_branch(
        self, i: int, block: type[nn.Module], num_blocks: Sequence[int], num_channels: Sequence[int], stride: int = 1,
    ) -> Sequential:
        before, self.in_channels[i] = self.in_channels[i], num_channels[i] * block.expansion
        return ResLayer(
            block, before, num_channels[i], num_blocks[i], stride=stride, conv_cfg=self.conv_cfg,
            norm_cfg=self.norm_cfg, with_cp=self.with_cp, init_cfg=self.block_init_cfg)

    def _make_fuse_layers(self) -> nn.ModuleList:
        """At [i][j] what takes map j to the size and channels of map i; None where it is there already."""
        outputs = self.num_branches if self.multiscale_output else 1
        return nn.ModuleList(
            nn.ModuleList(
                self._enlarge(j, i) if j > i else self._reduce(j, i) if j < i else None
                for j in range(self.num_branches))
            for i in range(outputs))

    def _enlarge(self, j: int, i: int) -> Sequential:
        return Sequential(
            *self._convolution(j, i, kernel_size=1),
            Upsample(scale_factor=2 ** (j - i), mode='bilinear', align_corners=False))

    def _reduce(self, j: int, i: int) -> Sequential:
        halve = dict(kernel_size=3, stride=2, padding=1)
        steps = [Sequential(*self._convolution(j, j, **halve), nn.ReLU(inplace=True)) for _ in range(i - j - 1)]
        return Sequential(*steps, Sequential(*self._convolution(j, i, **halve)))

    def _convolution(self, j: int, i: int, **geometry: int) -> tuple[nn.Module, nn.Module]:
        channels = self.in_channels[j], self.in_channels[i]
        conv = build_conv_layer(self.conv_cfg, *channels, bias=False, **geometry)
        return conv, build_norm_layer(self.norm_cfg, channels[1])[1]

    def forward(self, x: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Maps (N, in_channels[i], H / 2^i, W / 2^i), as many as branches, to the joined ones of the same sizes."""
        x = [branch(each) for branch, each in zip(self.branches, x)]
        if self.fuse_layers is None:
            return x
        return [self.relu(self._joined(x, i, layers)) for i, layers in enumerate(self.fuse_layers)]

    def _joined(self, x: list[torch.Tensor], i: int, layers: nn.ModuleList) -> torch.Tensor:
        """The sum at the size of map i, (N, C_i, H_i, W_i)."""
        total: torch.Tensor | None = None
        for j, layer in enumerate(layers):
            term = x[j] if layer is None else layer(x[j])
            if not has_size(term, x[i].shape[2:]):  # of an odd size
                term = resize(term, x[i].shape[2:], mode='bilinear', align_corners=False)
            total = term if total is None else total + term if j == 1 else total.add_(term)
        return total
