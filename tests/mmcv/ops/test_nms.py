"""Non-maximum suppression."""

import numpy as np
import pytest
import torch

from mmcv.ops import nms


def iou(a, b, offset):
    width, height = (min(a[i + 2], b[i + 2]) - max(a[i], b[i]) + offset for i in (0, 1))
    both = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0] + offset) * (box[3] - box[1] + offset) for box in (a, b)]
    return both / (sum(areas) - both)


def by_hand(boxes, scores, threshold, offset):
    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if all(iou(boxes[i], boxes[k], offset) <= threshold for k in kept):
            kept.append(i)
    return kept


def random_boxes(count):
    start = torch.rand(count, 2, dtype=torch.float64) * 20
    return torch.cat([start, start + torch.rand(count, 2, dtype=torch.float64) * 20], 1)


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('threshold', [0.1, 0.4, 0.7])
def test_keeps_what_no_better_box_covers(threshold, offset):
    boxes, scores = random_boxes(40), torch.rand(40, dtype=torch.float64)
    dets, inds = nms(boxes, scores, threshold, offset)
    assert inds.tolist() == by_hand(boxes.tolist(), scores.tolist(), threshold, offset)
    torch.testing.assert_close(dets, torch.cat([boxes, scores[:, None]], 1)[inds])


def test_the_offset_counts_the_last_pixels():
    boxes, scores = torch.tensor([[0.0, 0, 0, 0], [0.0, 0, 1, 1]]), torch.tensor([0.9, 0.8])
    assert nms(boxes, scores, 0.2, offset=0)[1].tolist() == [0, 1]
    assert nms(boxes, scores, 0.2, offset=1)[1].tolist() == [0]  # 1 of 4 pixels is common


def test_threshold_and_number():
    boxes, scores = torch.arange(5.0)[:, None].expand(5, 4) * 10 + torch.tensor([0, 0, 1, 1]), torch.arange(5.0) / 10
    assert nms(boxes, scores, 0.5)[1].tolist() == [4, 3, 2, 1, 0]
    assert nms(boxes, scores, 0.5, score_threshold=0.2)[1].tolist() == [4, 3]
    assert nms(boxes, scores, 0.5, max_num=2)[1].tolist() == [4, 3]
    assert nms(boxes, scores, 0.5, score_threshold=9)[0].shape == (0, 5)


def test_arrays_give_arrays():
    boxes, scores = random_boxes(9), torch.rand(9, dtype=torch.float64)
    dets, inds = nms(boxes.numpy(), scores.numpy(), 0.3)
    assert isinstance(dets, np.ndarray)
    assert inds.tolist() == nms(boxes, scores, 0.3)[1].tolist()


@pytest.mark.parametrize(('boxes', 'scores', 'offset', 'message'), [
    ((3, 5), (3,), 0, r'boxes is \(3, 5\) and scores \(3,\)'),
    ((3, 4), (2,), 0, r'boxes is \(3, 4\) and scores \(2,\)'),
    ((3, 4), (3,), 2, 'offset is 2; it must be 0 or 1'),
])
def test_wrong_arguments_are_one_clear_line(boxes, scores, offset, message):
    with pytest.raises(ValueError, match=f'^nms: {message}'):
        nms(torch.zeros(boxes), torch.zeros(scores), 0.5, offset)
