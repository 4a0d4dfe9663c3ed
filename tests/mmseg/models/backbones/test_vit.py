"""The vision transformer."""
import pytest
import torch

from mmcv.checkpoint import save_checkpoint
from mmseg.models import VisionTransformer
from mmseg.models.backbones.vit import layer_of_vit
from mmseg.models.layers.position_embedding import resize_pos_embed

TINY = {
    'type': 'VisionTransformer', 'img_size': (64, 96), 'patch_size': 16, 'embed_dims': 8, 'num_layers': 2,
    'num_heads': 2, 'mlp_ratio': 2,
}

SAMPLES = {
    'class token': {'model': {'backbone': {**TINY, 'out_indices': (0, 1), 'final_norm': True}}, 'compiles': True},
    'no class token': {
        'model': {
            'backbone': {
                **TINY, 'with_cls_token': False, 'patch_norm': True, 'qkv_bias': False, 'drop_rate': 0.1,
                'attn_drop_rate': 0.1, 'drop_path_rate': 0.2,
            },
        },
    },
}


def tiny(**options):
    return VisionTransformer(**{**{key: value for key, value in TINY.items() if key != 'type'}, **options})


def test_pairs_of_map_and_class_token():
    model = tiny(output_cls_token=True, out_indices=(0, 1)).eval()
    pairs = model(torch.randn(2, 3, 64, 96))
    assert [(tuple(map_.shape), tuple(token.shape)) for map_, token in pairs] == [((2, 8, 4, 6), (2, 8))] * 2


def test_positions_are_resized_to_the_image():
    """Constant positions are the same at any size; others are not."""
    model = tiny().eval()
    image = torch.randn(1, 3, 80, 48)
    torch.nn.init.constant_(model.pos_embed, 0.3)
    expected = model(image)[0]
    assert tuple(expected.shape) == (1, 8, 5, 3)
    model.pos_embed.data[:, 1] += 1
    assert not torch.allclose(model(image)[0], expected)


def test_extra_tokens_keep_their_positions():
    embed = torch.randn(1, 2 + 6, 4)
    resized = resize_pos_embed(embed, (4, 6), (2, 3))
    torch.testing.assert_close(resized[:, :2], embed[:, :2])
    map_ = embed[:, 2:].transpose(1, 2).reshape(1, 4, 2, 3)
    expected = torch.nn.functional.interpolate(map_, (4, 6), mode='bicubic')
    torch.testing.assert_close(resized[:, 2:].transpose(1, 2).reshape(1, 4, 4, 6), expected)


@pytest.mark.parametrize('extra', [1, 2])
def test_weights_of_another_size(extra, tmp_path):
    """Of squares of four by four patches, with or without DeiT's distillation token."""
    state = tiny(img_size=64).state_dict()
    state['pos_embed'] = pos_embed = torch.randn(1, extra + 16, 8)
    torch.save({'state_dict': state}, tmp_path / 'vit.pth')
    model = tiny(pretrained=str(tmp_path / 'vit.pth'))
    model.init_weights()
    old = torch.cat([pos_embed[:, :1], pos_embed[:, extra:]], dim=1)
    torch.testing.assert_close(model.pos_embed.data, resize_pos_embed(old, (4, 6), (4, 4)))


def test_weights_of_a_segmentor(tmp_path):
    source = torch.nn.ModuleDict({'backbone': tiny(), 'decode_head': torch.nn.Linear(2, 2)})
    save_checkpoint(source, tmp_path / 'segmentor.pth')
    model = tiny(pretrained=str(tmp_path / 'segmentor.pth'))
    model.init_weights()
    for key, value in source['backbone'].state_dict().items():
        torch.testing.assert_close(model.state_dict()[key], value)


def test_what_a_checkpoint_lacks_is_initialized(tmp_path):
    state = tiny().state_dict()
    del state['cls_token']
    torch.save(state, tmp_path / 'vit.pth')
    model = tiny(pretrained=str(tmp_path / 'vit.pth'))
    model.init_weights()
    assert model.cls_token.abs().max() > 0


@pytest.mark.parametrize(('name', 'layer'), [
    ('cls_token', 0), ('mask_token', 0), ('pos_embed', 0), ('patch_embed.projection.weight', 0),
    ('layers.0.ffn.weight', 1), ('layers.11.ffn.bias', 12), ('ln1.weight', 13),
])
def test_the_layer_of_a_name(name, layer):
    assert layer_of_vit(name, 12, 'layer_wise') == layer


def test_no_stages():
    with pytest.raises(ValueError, match='write layer_wise'):
        tiny().layer_of('layers.0', 4, 'stage_wise')


def test_layers():
    model = tiny()
    depths = {name: model.layer_of(name, 2, 'layer_wise') for name, _ in model.named_parameters()}
    assert depths['pos_embed'] == depths['patch_embed.projection.weight'] == 0
    assert (depths['layers.0.ln1.weight'], depths['layers.1.ffn.layers.1.bias']) == (1, 2)


@pytest.mark.parametrize(('options', 'message'), [
    (dict(with_cls_token=False, output_cls_token=True), 'output_cls_token needs with_cls_token=True'),
    (dict(img_size=(1, 2, 3)), r'img_size is \(1, 2, 3\)'),
    (dict(out_indices=(0, 2)), r'out_indices is \(0, 2\); name layers from 0 to 1'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        tiny(**options)


def test_a_backbone_of_ones_own_places_the_tokens():
    class Own(VisionTransformer):
        def _pos_embeding(self, patched_img, hw_shape, pos_embed):
            asked.append((patched_img.shape, hw_shape, pos_embed.shape))
            return super()._pos_embeding(patched_img, hw_shape, pos_embed)

        @staticmethod
        def resize_pos_embed(pos_embed, input_shape, pos_shape, mode):
            asked.append((input_shape, pos_shape, mode))
            return VisionTransformer.resize_pos_embed(pos_embed, input_shape, pos_shape, mode)

    asked = []
    own = Own(img_size=16, patch_size=4, embed_dims=8, num_layers=1, num_heads=2, out_indices=0)
    own(torch.rand(1, 3, 24, 16))
    assert asked == [((1, 25, 8), (6, 4), (1, 17, 8)), ((6, 4), (4, 4), own.interpolate_mode)]

def test_maps_lie_as_the_image_does():
    model, img = tiny(out_indices=(0, 1)).eval(), torch.randn(1, 3, 64, 96)
    last = img.contiguous(memory_format=torch.channels_last)
    for expected, map_ in zip(model(img), model(last)):
        assert expected.is_contiguous()
        assert map_.is_contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(map_, expected, rtol=1e-4, atol=1e-5)
