"""torchvision's networks against ours with their weights: the same maps."""
from functools import partial

import pytest
import torch
from torch import nn

from mmcv.checkpoint import load_state_dict
from mmseg.models import build_backbone

models = pytest.importorskip('torchvision.models')


def with_noise(network):
    torch.manual_seed(0)
    for p in network.parameters():
        nn.init.normal_(p, std=0.3)
    return network.double().eval()


def ours(cfg, network, **replaced):
    model = build_backbone(cfg).double()
    load_state_dict(model, network.state_dict())
    for name, module in replaced.items():
        model.add_module(name, module)
    return model.eval()


def test_convnext():
    setting = models.convnext.CNBlockConfig
    network = with_noise(models.ConvNeXt([setting(4, 8, 1), setting(8, 8, 1), setting(8, 12, 2), setting(12, None, 1)]))
    model = ours({'type': 'ConvNeXt', 'arch': {'depths': [1, 1, 2, 1], 'channels': [4, 8, 8, 12]}}, network)
    for reduction in model.downsample_layers[1:]:
        reduction[0].eps = 1e-6  # mmcls, and so ours, has 1e-5 there
    x = torch.randn(2, 3, 64, 96, dtype=torch.float64)
    expected = network.classifier[:2](network.avgpool(network.features(x)))  # its norm, and flat
    torch.testing.assert_close(model(x)[0], expected)


def test_swin():
    network = with_noise(models.SwinTransformer([4, 4], 8, [2, 2, 1, 1], [1, 2, 2, 4], [2, 2]))
    cfg = {'type': 'SwinTransformer', 'embed_dims': 8, 'depths': (2, 2, 1, 1), 'num_heads': (1, 2, 2, 4),
           'window_size': 2, 'out_indices': (0, 3)}
    model = ours(cfg, network, norm0=nn.Identity(), norm3=nn.Identity())
    x = torch.randn(2, 3, 128, 192, dtype=torch.float64)
    first, last = model(x)
    torch.testing.assert_close(first, network.features[:2](x).permute(0, 3, 1, 2))
    torch.testing.assert_close(last, network.features(x).permute(0, 3, 1, 2))


@pytest.mark.parametrize('of_files', [False, True])
def test_vit(of_files):
    norm = partial(nn.LayerNorm, eps=1e-6)
    network = with_noise(models.VisionTransformer(32, 8, 2, 2, 8, 16, norm_layer=norm))
    if of_files:  # which are older than the modules
        state = {key.replace('mlp.0.', 'mlp.linear_1.').replace('mlp.3.', 'mlp.linear_2.'): value
                 for key, value in network.state_dict().items()}
        network.state_dict = lambda: state
    cfg = {'type': 'VisionTransformer', 'img_size': 32, 'patch_size': 8, 'embed_dims': 8, 'num_layers': 2,
           'num_heads': 2, 'mlp_ratio': 2, 'final_norm': True, 'norm_cfg': {'type': 'LN', 'eps': 1e-6}}
    x = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    tokens = network._process_input(x)
    tokens = network.encoder(torch.cat([network.class_token.expand(2, -1, -1), tokens], 1))
    torch.testing.assert_close(ours(cfg, network)(x)[0].flatten(2).transpose(1, 2), tokens[:, 1:])
