"""Whole models as a config has them that says nothing of speed, beside what 'auto' makes of them on this machine."""

import copy
from collections.abc import Callable, Iterator

import torch

from mmcv.config import Config
from mmseg.assembly.speed import prepare_inference, speed_up
from mmseg.benchmark.measurement import Case, Way
from mmseg.benchmark.precision import precision_of
from mmseg.settings import Settings

from .models import build, iteration, prediction, trained, training_batch
from .options import Options

_KEYS = {"channels_last = 'auto'": dict(channels_last='auto'), "winograd = 'auto' too": dict(winograd='auto'),
         "amp = dict(dtype='auto') too": dict(amp=dict(dtype='auto'))}


def auto(options: Options, size: tuple[int, int] = (512, 512), crop: tuple[int, int] = (256, 256)) -> Iterator[Case]:
    """An image to its label map, and whole iterations of two crops; in each way one key more says 'auto'."""
    net = build(options)
    img = torch.randn(1, 3, *size, device=options.device)
    meta = {**dict.fromkeys(('img_shape', 'ori_shape', 'pad_shape'), (*size, 3)), 'flip': False}
    batch = training_batch(net, options.device, crop, 2)

    def infer(cfg: Config) -> Callable[[], object]:
        settings = Settings.of(cfg)
        return prediction(speed_up(prepare_inference(copy.deepcopy(net), settings), settings), img, [meta])

    def train(cfg: Config) -> Callable[[], object]:
        return iteration(trained(net, cfg).train(), batch, cfg)

    for name, make in ((f'inference, 1 x {size}', infer), (f'iteration, 2 x {crop}', train)):
        case = f'{options.config}: {name}'
        if options.only in case:
            yield Case(case, _ways(make, options.device, make is train), 2 if make is train else 1)


def _ways(make: Callable[[Config], Callable[[], object]], device: str, training: bool) -> dict[str, Way]:
    cfg, ways = Config(dict(device=device)), {}
    for name, keys in ({'fixed': {}} | _KEYS).items():
        cfg = Config({**cfg, **keys})
        ways[name] = Way(make(cfg), device, precision=precision_of(cfg, training))
    return ways
