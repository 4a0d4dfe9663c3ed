"""Weights of ResNets with a deep stem, which others call the parts of in several ways; all else they call as we do."""

from mmcv.checkpoint.layouts import Layout

_STAGE = r'^layer1\.0\.conv1\.weight$'
_CLASSIFIER = r'^fc\.'

#: The ResNet that https://github.com/hszhao/semseg starts from; it takes ``stem_channels=128``.
SEMSEG_RESNET = Layout(
    "semseg's ResNet", marks=(r'^conv3\.weight$', _STAGE), dropped=_CLASSIFIER,
    rules=((r'^conv1\.', 'stem.0.'), (r'^bn1\.', 'stem.1.'), (r'^conv2\.', 'stem.3.'), (r'^bn2\.', 'stem.4.'),
           (r'^conv3\.', 'stem.6.'), (r'^bn3\.', 'stem.7.')),
)

#: The one inside of a PSPNet or PSANet of the same.
SEMSEG_BACKBONE = Layout(
    "semseg's networks (the backbone of one)", marks=(r'^layer0\.0\.weight$', _STAGE),
    dropped=r'^(?!layer)', rules=((r'^layer0\.', 'stem.'),),
)

#: https://github.com/huggingface/pytorch-image-models: ``resnet50c`` for ResNetV1c, ``resnet50d`` for ResNetV1d.
TIMM_DEEP = Layout(
    "timm's ResNet with a deep stem", marks=(r'^conv1\.0\.weight$', _STAGE), dropped=_CLASSIFIER,
    rules=((r'^conv1\.', 'stem.'), (r'^bn1\.', 'stem.7.')),
)
