"""What scripts of 0.x call to wrap a model, to set up processes, and to deal out a data set."""


import cv2
import numpy as np
import pytest
import torch
from torch import nn

from mmcv.parallel import MMDataParallel
from mmseg.apis.inference import LoadImage
from mmseg.assembly.device import build_ddp, build_dp
from mmseg.datasets.samplers import DistributedSampler


@pytest.mark.parametrize('device', ['cuda', 'cpu'])
def test_wrapped_for_one_process(device, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    model = build_dp(nn.Linear(1, 1), device, device_ids=[0])
    assert isinstance(model, MMDataParallel)
    assert model.device.type == 'cpu'
    for build in (build_dp, build_ddp):
        with pytest.raises(ValueError, match="'mlu': use"):
            build(nn.Linear(1, 1), 'mlu')


def test_a_data_set_is_dealt_out():
    parts = [DistributedSampler(range(5), 2, rank, seed=3) for rank in (0, 1)]
    dealt = [list(part) for part in parts]
    assert sorted({*dealt[0], *dealt[1]}) == [0, 1, 2, 3, 4]
    assert [len(part) for part in dealt] == [3, 3]
    parts[0].set_epoch(1)
    assert list(parts[0]) != dealt[0]
    assert list(DistributedSampler(range(3), shuffle=False)) == [0, 1, 2]


def test_the_image_of_a_pipeline(tmp_path):
    img = np.zeros((4, 5, 3), np.uint8)
    found = LoadImage()({'img': img})
    assert (found['filename'], found['ori_shape']) == (None, (4, 5, 3))
    cv2.imwrite(str(tmp_path / 'a.png'), img)
    assert LoadImage()({'img': str(tmp_path / 'a.png')})['ori_filename'] == str(tmp_path / 'a.png')
