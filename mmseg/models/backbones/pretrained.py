"""What the backbones share."""


def pretrained_init_cfg(pretrained: str | None, init_cfg: dict | list[dict] | None) -> dict | list[dict]:
    """The initialization of a convolutional backbone, whichever of the two arguments it came by.

    Raises:
        ValueError: if both are given.
    """
    if pretrained and init_cfg:
        raise ValueError('pretrained and init_cfg are both set; keep one')
    if pretrained:
        return dict(type='Pretrained', checkpoint=pretrained)
    if init_cfg is None:
        return [
            dict(type='Kaiming', layer='Conv2d'),
            dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
        ]
    return init_cfg
