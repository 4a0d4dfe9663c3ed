"""What all suites are told."""

from typing import NamedTuple


class Options(NamedTuple):
    """Where and against what to measure.

    Attributes:
        device: 'cpu' or 'cuda'.
        config: the config of the models and pipelines.
        against: a Python with mmsegmentation 0.30, to run its way too; None for none.
        only: of cases whose name lacks this the suite need not build the ways.
        size: (height, width) of the images of whole models; None for those of the suite.
        batch: how many images; None for as many as the suite takes.
    """

    device: str = 'cpu'
    config: str = 'pspnet_r50-d8_512x1024_40k_cityscapes'
    against: str | None = None
    only: str = ''
    size: tuple[int, int] | None = None
    batch: int | None = None
