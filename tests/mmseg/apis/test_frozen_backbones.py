"""A head on a frozen transformer of timm: training, keeping its features, going on."""
import pytest
import torch

from mmcv.config import Config
from mmseg.apis import run_training
from mmseg.models.backbones.timm_backbone import TIMMBackbone

MODEL = """
_base_ = {base!r}
model = dict(
    backbone=dict(_delete_=True, type='TIMMBackbone', model_name='vit_small_patch16_dinov3', pretrained=False,
                  depth=1, embed_dim=32, num_heads=2, out_indices=(0,), frozen=True),
    decode_head=dict(in_channels=32, in_index=0), auxiliary_head=None)
runner = dict(max_iters=4)
evaluation = dict(interval=4)
checkpoint_config = dict(interval=2)
report = dict(page=False, pictures=0)
seed = 0
"""


def test_a_head_alone_trains_and_goes_on_bit_for_bit(demo_config, tmp_path, monkeypatch):
    pytest.importorskip('timm')
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'frozen.py').write_text(MODEL.format(base=str(demo_config)))
    seen, forward = [], TIMMBackbone.forward
    monkeypatch.setattr(TIMMBackbone, 'forward', lambda self, x: seen.append(len(x)) or forward(self, x))

    def weights(work_dir, **changes):
        cfg = Config.fromfile(tmp_path / 'frozen.py')
        cfg.merge_from_dict({'work_dir': str(tmp_path / work_dir), **changes})
        del seen[:]
        run_training(cfg)
        return torch.load(tmp_path / work_dir / 'iter_4.pth', weights_only=True)['state_dict']

    cached = {'feature_cache': {'dir': str(tmp_path / 'features'), 'views': 1}}
    cold = weights('cold', **cached)
    once = len(seen)
    warm = weights('warm', **cached)
    assert len(seen) < once - 4  # none of the four images that are trained on, nor those that are evaluated
    resumed = weights('resumed', resume_from=str(tmp_path / 'warm/iter_2.pth'), **cached)
    elsewhere = weights('elsewhere', feature_cache={'dir': str(tmp_path / 'others'), 'views': 1})
    for name, value in cold.items():
        for other in (warm, resumed, elsewhere):
            assert torch.equal(value, other[name]), name
    kept = [path for path in (tmp_path / 'features').rglob('*.pth') if path.is_file()]
    assert 4 <= len(kept) <= 6  # four images in one form each, and two of the evaluation
