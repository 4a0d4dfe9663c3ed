"""The head of Segmenter."""
import torch

from mmseg.models import SegmenterMaskTransformerHead

VIT = {
    'type': 'VisionTransformer', 'img_size': (64, 96), 'patch_size': 16, 'embed_dims': 8, 'num_layers': 1,
    'num_heads': 2, 'mlp_ratio': 2,
}

SAMPLES = {
    'masks': {
        'model': {
            'backbone': VIT,
            'decode_head': {
                'type': 'SegmenterMaskTransformerHead', 'num_layers': 1, 'num_heads': 2, 'embed_dims': 8,
                'mlp_ratio': 2, 'drop_path_rate': 0, 'init_std': 0.5, 'norm_cfg': {'type': 'LN'},
            },
        },
        'compiles': True,
    },
}


def head(**options):
    return SegmenterMaskTransformerHead(
        in_channels=4, channels=8, num_classes=3, num_layers=1, num_heads=2, embed_dims=8, **options).eval()


def test_logits_are_normalised_over_the_classes():
    """With the first weights of a norm, in every cell."""
    logits = head()([torch.randn(2, 4, 4, 5)])
    assert logits.shape == (2, 3, 4, 5)
    assert logits.is_contiguous()
    torch.testing.assert_close(logits.mean(1), torch.zeros(2, 4, 5), rtol=0, atol=1e-5)


def test_there_is_no_classifier():
    assert 'conv_seg' not in dict(head().named_children())


def test_first_weights():
    model = head(init_std=0.5)
    model.init_weights()
    assert 0.1 < model.cls_emb.std() < 1
    assert 0.3 < model.classes_proj.weight.std() < 0.7
    assert model.dec_proj.bias.abs().max() == 0
