"""Whole models and their heads: plain modules, the exact fast ones, and the fast preset."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import nn

from mmcv.cnn import BaseModule, fuse_conv_bn
from mmcv.config import Config, find_config
from mmseg.assembly.load import load_config
from mmseg.assembly.model import build_model
from mmseg.assembly.speed import mixed_precision, prepare_inference, prepare_training, speed_up, with_layout
from mmseg.benchmark.measurement import Case, Way
from mmseg.benchmark.precision import backends, precision_of
from mmseg.benchmark.rival import RIVAL, Rival
from mmseg.models import exact
from mmseg.settings import Settings

from .options import Options

EXACT = 'factored and fused'


def model(options: Options, size: tuple[int, int] = (256, 512), batch: int = 2) -> Iterator[Case]:
    """Forward and backward of the decode head alone, and of the whole model."""
    net = build(options)
    size, batch = options.size or size, options.batch or batch
    yield _head(net, options)
    yield _training_pass(net, options, size, batch)


def train(
    options: Options, size: tuple[int, int] = (512, 1024), batches: tuple[int, ...] | None = None
) -> Iterator[Case]:
    """Whole iterations: forward, backward and the optimizer's step; on a GPU in each precision, with 2 and 8 images."""
    net, fast, on_gpu = build(options), fast_config(options), options.device == 'cuda'
    precisions = [{}, dict(tf32=True), dict(amp=dict(dtype='auto'))] if on_gpu else [{}]
    for batch in [options.batch] if options.batch else batches or ((2, 8) if on_gpu else (2,)):
        data = training_batch(net, options.device, options.size or size, batch)
        for keys in precisions:
            cfg = Config(dict(device=options.device, **keys))
            ways = {'plain': (plain(net), cfg), EXACT: (trained(net, cfg), cfg)}
            if not keys:
                ways['fast preset'] = (trained(net, fast), fast)
            ways = {name: _way(iteration(changed.train(), data, cfg), cfg, training=True)
                    for name, (changed, cfg) in ways.items()}
            precision = precision_of(cfg, training=True)
            yield Case(f'{options.config}: iteration, {batch} x {options.size or size}, {precision}', ways, batch)


def infer(options: Options, size: tuple[int, int] = (512, 1024), batch: int = 1) -> Iterator[Case]:
    """Images to label maps."""
    net = build(options).eval()
    size, batch = options.size or size, options.batch or batch
    img = torch.randn(batch, 3, *size, device=options.device)
    meta = [dict(img_shape=(*size, 3), ori_shape=(*size, 3), pad_shape=(*size, 3), flip=False)] * batch
    slow, fast = Config(dict(device=options.device)), fast_config(options)
    quick = prepare_inference(speed_up(copy.deepcopy(net), Settings.of(fast)), Settings.of(fast))
    folded, last = _folded(net), f'{EXACT}, norms folded, channels_last'
    turned, larger = (Settings.of(Config(dict(channels_last=True, winograd=tiles))) for tiles in (True, 4))
    ways = {'plain': (plain(net), slow), EXACT: (net, slow), f'{EXACT}, norms folded': (folded, slow),
            last: (speed_up(copy.deepcopy(folded), turned), slow),
            f'{last}, tiles of 4x4': (speed_up(copy.deepcopy(folded), larger), slow), 'fast preset': (quick, fast)}
    ways = {name: _way(prediction(changed, img, meta), cfg) for name, (changed, cfg) in ways.items()}
    if options.against:
        rival = Rival(options.against, 'infer', config=find_config(options.config), state=net.state_dict(),
                      img=img.cpu(), meta=meta[0])
        ways = {RIVAL: rival, **ways}
    yield Case(f'{options.config}: inference, {batch} x {size}', ways, batch)


def build(options: Options) -> nn.Module:
    """The model of the config with random weights, those of one seed."""
    cfg = load_config(options.config)
    cfg.model.pretrained = None
    torch.manual_seed(0)
    net = build_model(cfg)
    for module in net.modules():
        if isinstance(module, BaseModule) and isinstance(module.init_cfg, dict):
            module.init_cfg = None if module.init_cfg['type'] == 'Pretrained' else module.init_cfg
    net.init_weights()
    return net.to(options.device)


def plain(net: nn.Module) -> nn.Module:
    """A copy that does everything the plain way: no factoring, no fused operator, no Winograd."""
    return exact.plain(copy.deepcopy(net)).model


def fast_config(options: Options) -> Config:
    """The config of the options with the fast preset."""
    cfg = load_config(options.config)
    preset = Path(find_config(Options().config)).parents[1] / '_base_' / 'fast.py'  # the config itself may lie anywhere
    cfg.merge_from_dict(dict(Config.fromfile(preset)))
    cfg.device = options.device
    return cfg


def training_batch(net: nn.Module, device: str, size: tuple[int, int], batch: int) -> dict:
    """Random images and labels."""
    label = torch.randint(0, net.num_classes, (batch, 1, *size), device=device)
    metas = [dict(img_shape=(*size, 3), ori_shape=(*size, 3), filename='random')] * batch
    return dict(img=torch.randn(batch, 3, *size, device=device), img_metas=metas, gt_semantic_seg=label)


def _head(net: nn.Module, options: Options) -> Case:
    # Two images: batch norm wants more than one value of a channel in the 1 x 1 pool. Five maps: UNet has so many.
    maps = torch.randn(2, net.decode_head.in_channels, 64, 128, device=options.device)
    cfg = Config(dict(device=options.device))

    def way(head: nn.Module) -> Way:
        def run() -> None:
            x = maps.detach().requires_grad_()
            head([x] * 5).square().mean().backward()
        return _way(run, cfg)

    ways = {'plain': way(plain(net).decode_head.train()), EXACT: way(net.decode_head.train())}
    if options.against:
        rival = Rival(options.against, 'head', config=find_config(options.config), state=net.state_dict(),
                      maps=maps.cpu())
        ways = {RIVAL: rival, **ways}
    return Case(f'{type(net.decode_head).__name__} 2 x (64, 128): forward and backward', ways, 2)


def _training_pass(net: nn.Module, options: Options, size: tuple[int, int], batch: int) -> Case:
    data = training_batch(net, options.device, size, batch)

    def work(changed: nn.Module) -> Callable[[], None]:
        return lambda: changed.train_step(data, None)['loss'].backward()

    as_it_is = Config(dict(device=options.device))
    saving = Config(dict(device=options.device, recompute_norm=True, channels_last=False))
    last = None if torch.device(options.device).type == 'cpu' else True  # a CPU's default, which leaves the weights
    both = Config(dict(saving, channels_last=last))
    least = Config(dict(both, recompute_norm='convs'))
    ways = {'plain': plain(net), EXACT: net, f'{EXACT}, norms recomputed': trained(net, saving),
            f'{EXACT}, norms recomputed, channels_last': trained(net, both),
            f'{EXACT}, norms and narrow convolutions recomputed, channels_last': trained(net, least)}
    ways = {name: _way(work(changed.train()), as_it_is) for name, changed in ways.items()}
    if options.against:
        cpu = {key: value.cpu() if isinstance(value, torch.Tensor) else value for key, value in data.items()}
        rival = Rival(options.against, 'train', config=find_config(options.config), state=net.state_dict(), batch=cpu)
        ways = {RIVAL: rival, **ways}
    return Case(f'{options.config}: forward and backward, {batch} x {size}', ways, batch)


def _way(run: Callable[[], object], cfg: Config, training: bool = False) -> Way:
    """What runs as torch multiplies with the keys of a config."""
    def switched() -> object:
        with backends(cfg):
            return run()
    return Way(switched, cfg.device, precision=precision_of(cfg, training))


def iteration(net: nn.Module, data: dict, cfg: Config) -> Callable[[], None]:
    """Forward, backward and the optimizer's step."""
    optimizer = torch.optim.SGD(net.parameters(), 1e-3, momentum=0.9, weight_decay=5e-4)
    amp = mixed_precision(Settings.of(cfg), training=True)
    half = None if amp is None else getattr(torch, precision_of(cfg, training=True))

    def run() -> None:
        optimizer.zero_grad()
        with torch.autocast(data['img'].device.type, dtype=half, enabled=half is not None):
            loss = net.train_step(data, None)['loss']
        loss.backward()
        optimizer.step()
    return run


def prediction(net: nn.Module, img: torch.Tensor, meta: list[dict]) -> Callable[[], list]:
    """Images to label maps."""
    def run() -> list:
        with torch.no_grad():
            return net(return_loss=False, rescale=True, img=[img], img_metas=[meta])
    return run


def _folded(net: nn.Module) -> nn.Module:
    return fuse_conv_bn(copy.deepcopy(net))


def trained(net: nn.Module, cfg: Config) -> nn.Module:
    """A copy with what training does for speed and memory."""
    settings = with_layout(Settings.of(cfg), net)
    return prepare_training(speed_up(copy.deepcopy(net), settings), settings)
