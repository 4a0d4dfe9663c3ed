"""The backbone of masked autoencoders."""
import torch
import torch.nn.functional as F

from mmseg.models import MAE
from mmseg.models.backbones.mae import MAEAttention

TINY = {
    'type': 'MAE', 'img_size': (64, 96), 'patch_size': 16, 'embed_dims': 8, 'num_layers': 1, 'num_heads': 2,
    'mlp_ratio': 2,
}

SAMPLES = {
    'one layer': {
        'model': {'backbone': TINY}, 'exempt': {'odd_sizes': 'the positions are for images of one size'},
    },
}


def tiny(**options):
    return MAE(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_positions_of_another_size(tmp_path):
    state = tiny(img_size=64).state_dict()
    state['pos_embed'] = embed = torch.randn(1, 17, 8)
    torch.save({'model': state}, tmp_path / 'mae.pth')
    model = tiny(pretrained=str(tmp_path / 'mae.pth'))
    model.init_weights()
    torch.testing.assert_close(model.pos_embed[:, :1], embed[:, :1])
    map_ = embed[:, 1:].transpose(1, 2).reshape(1, 8, 4, 4)
    expected = F.interpolate(map_, (4, 6), mode='bicubic').flatten(2).transpose(1, 2)
    torch.testing.assert_close(model.pos_embed.data[:, 1:], expected)
    fitted = tiny().resize_abs_pos_embed({'pos_embed': embed, 'x': embed})
    assert list(fitted) == ['pos_embed', 'x']
    torch.testing.assert_close(fitted['pos_embed'][:, 1:], expected)


def test_all_of_queries_keys_and_values_have_biases():
    attention = tiny().layers[0].attn
    assert isinstance(attention, MAEAttention)
    assert attention.qkv.bias.shape == (24,)


def test_positions_tell_patches_apart():
    model = tiny().eval()
    image = torch.ones(1, 3, 64, 96)
    same = model(image)[0]
    torch.testing.assert_close(same, same[:, :, :1, :1].expand_as(same))
    torch.nn.init.normal_(model.pos_embed)
    assert model(image)[0].std((2, 3)).min() > 0
