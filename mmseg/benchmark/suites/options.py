"""What all suites are told."""

from typing import NamedTuple


class Options(NamedTuple):
    """Where and against what to measure.

    Attributes:
        device: 'cpu' or 'cuda'.
        config: the config of the models and pipelines.
        against: a Python with mmsegmentation 0.30, to run its way too; None for none.
        only: of cases whose name lacks this the suite need not build the ways.
    """

    device: str = 'cpu'
    config: str = 'pspnet_r50-d8_512x1024_40k_cityscapes'
    against: str | None = None
    only: str = ''
