"""Where the first weights of a backbone come from."""

from enum import Enum
from os import PathLike

#: The initialization of convolutional backbones.
CONVOLUTIONAL_INIT = [
    dict(type='Kaiming', layer='Conv2d'),
    dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
]


def pretrained_init_cfg(
    pretrained: str | PathLike | Enum | None, init_cfg: dict | list[dict] | None, default: list[dict] | None = None,
) -> dict | list[dict] | None:
    """The initialization of a backbone, whichever of the two arguments it came by; ``default`` if by neither.

    Raises:
        ValueError: both are given, or ``pretrained`` is no name of weights.
    """
    if pretrained and init_cfg:
        raise ValueError('pretrained and init_cfg are both set; keep one')
    if isinstance(pretrained, Enum):  # of torchvision's weights
        pretrained = str(pretrained)
    if pretrained and not isinstance(pretrained, (str, PathLike)):
        raise ValueError(f'pretrained is {pretrained!r}: give a path, an address, or None')
    if pretrained:
        return dict(type='Pretrained', checkpoint=pretrained)
    return default if init_cfg is None else init_cfg
