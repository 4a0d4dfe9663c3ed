"""The head of PointRend."""
import pytest
import torch

from mmseg.models import PointHead
from mmseg.models.decode_heads.point_head import calculate_uncertainty

TRAIN = {'num_points': 48, 'oversample_ratio': 3, 'importance_sample_ratio': 0.75}
TEST = {'mode': 'whole', 'subdivision_steps': 2, 'subdivision_num_points': 40, 'scale_factor': 2}
FCN = {'type': 'FCNHead', 'num_convs': 1, 'concat_input': False}
CASCADE = {'type': 'CascadeEncoderDecoder', 'num_stages': 2, 'train_cfg': TRAIN, 'test_cfg': TEST}
SAMPLES = {
    'pointrend': {'model': {**CASCADE, 'decode_head': [
        FCN, {'type': 'PointHead', 'in_index': [0], 'norm_cfg': None, 'num_fcs': 2}]}},
    'two maps': {'model': {**CASCADE, 'decode_head': [
        FCN, {'type': 'PointHead', 'in_index': [0, 1], 'norm_cfg': None, 'coarse_pred_each_layer': False,
              'align_corners': True}]}},
}


def head(**options):
    return PointHead(**{**dict(in_channels=[4], in_index=[0], channels=6, num_classes=3), **options})


def test_uncertainty():
    logits = torch.tensor([[[3.0, 1.0], [1.0, 1.0], [2.5, -4.0]]])  # (1, 3, 2)
    assert calculate_uncertainty(logits).tolist() == [[[-0.5, 0.0]]]


def test_points_of_training():
    logits = torch.zeros(2, 3, 8, 8)
    logits[:, 0, :, 4:] = 9.0  # certain on the right
    points = head().get_points_train(logits, calculate_uncertainty, dict(TRAIN, oversample_ratio=4))
    assert points.shape == (2, 48, 2)
    assert (points[:, :36, 0] < 0.5).all()
    assert (points[:, 36:, 0] > 0.5).any()


def test_points_of_a_test_are_the_centres_of_cells():
    logits = torch.tensor([5.0, 0.0]).reshape(1, 2, 1, 1).repeat(1, 1, 4, 6)
    logits[0, 0, 2, 5] = 0
    indices, points = head().get_points_test(logits, calculate_uncertainty, {'subdivision_num_points': 1})
    assert indices.tolist() == [[2 * 6 + 5]]
    torch.testing.assert_close(points, torch.tensor([[[5.5 / 6, 2.5 / 4]]]))


def test_certain_cells_keep_their_logits():
    model = head().eval()
    x, prev = [torch.randn(1, 4, 8, 8)], torch.randn(1, 3, 8, 8)
    out = model.forward_test(x, prev, [{}], dict(TEST, subdivision_steps=1, subdivision_num_points=10))
    enlarged = torch.nn.functional.interpolate(prev, scale_factor=2, mode='bilinear')
    assert (out != enlarged).any(dim=1).sum() == 10
    assert model.forward_test(x, prev, [{}], dict(TEST, subdivision_steps=0)) is prev


@pytest.mark.parametrize(('cfg', 'message'), [
    (None, 'train_cfg lacks num_points'),
    (dict(TRAIN, oversample_ratio=0.5), 'oversample_ratio is 0.5'),
    (dict(TRAIN, importance_sample_ratio=2), 'importance_sample_ratio 2; use at least 1, and 0 to 1'),
])
def test_bad_settings(cfg, message):
    with pytest.raises(ValueError, match=message):
        head().forward_train([torch.zeros(1, 4, 8, 8)], torch.zeros(1, 3, 8, 8), [{}], torch.zeros(1, 1, 8, 8), cfg)


def test_no_settings_of_a_test():
    with pytest.raises(ValueError, match='test_cfg lacks subdivision_steps'):
        head().forward_test([torch.zeros(1, 4, 8, 8)], torch.zeros(1, 3, 8, 8), [{}], {'mode': 'whole'})


def test_a_head_of_ones_own_changes_the_features():
    class Own(PointHead):
        def _get_coarse_point_feats(self, prev_output, points):
            return super()._get_coarse_point_feats(prev_output, points) + 1

        def _get_fine_grained_point_feats(self, x, points):
            return super()._get_fine_grained_point_feats(x, points) * 2

    torch.manual_seed(0)
    plain, own = head().eval(), Own(in_channels=[4], in_index=[0], channels=6, num_classes=3).eval()
    own.load_state_dict(plain.state_dict())
    maps, logits, points = [torch.rand(2, 4, 8, 8)], torch.rand(2, 3, 4, 4), torch.rand(2, 5, 2)
    fine, coarse = plain._get_fine_grained_point_feats(maps, points), plain._get_coarse_point_feats(logits, points)
    assert (fine.shape, coarse.shape) == ((2, 4, 5), (2, 3, 5))
    torch.testing.assert_close(own._at_points(maps, logits, points), plain(2 * fine, coarse + 1))
    assert not torch.allclose(own._at_points(maps, logits, points), plain._at_points(maps, logits, points))
