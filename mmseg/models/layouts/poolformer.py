"""Weights of PoolFormer."""

from mmcv.checkpoint.layouts import Layout

#: https://github.com/sail-sg/poolformer; but for the norm at the end, that of the last stage, its keys are ours.
POOLFORMER = Layout(
    'the official PoolFormer',
    marks=(r'^network\.0\.0\.layer_scale_1$', r'^norm\.weight$'),
    rules=((r'^norm\.', 'norm6.'),),
    dropped=r'^head\.',
)
