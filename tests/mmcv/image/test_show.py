"""Colours, boxes in images, and what is left of windows without a screen."""

import cv2
import numpy as np
import pytest

from mmcv.image import Color, bbox_clip, bbox_scaling, color_val, imread, imshow, imshow_bboxes, imshow_det_bboxes


@pytest.mark.parametrize('color', [Color.red, 'red', (0, 0, 255), np.array([0, 0, 255])])
def test_colours(color):
    assert color_val(color) == (0, 0, 255)


def test_greys_and_mistakes():
    assert color_val(7) == (7, 7, 7)
    for wrong in ('rouge', (1, 2), (0, 0, 256), -1, [1, 2, 3, 4]):
        with pytest.raises(ValueError, match='colour'):
            color_val(wrong)


def test_boxes_are_drawn(tmp_path):
    black = np.zeros((20, 20, 3), np.uint8)
    boxes = np.array([[2, 3, 8, 9], [10, 10, 15, 15]])
    drawn = imshow_bboxes(black, boxes, 'red', show=False, out_file=str(tmp_path / 'a.png'))
    assert black.max() == 0
    assert drawn[3, 2].tolist() == drawn[15, 15].tolist() == [0, 0, 255]
    np.testing.assert_array_equal(imread(tmp_path / 'a.png'), drawn)
    groups = imshow_bboxes(black, [boxes[:1], boxes[1:]], ['red', 'blue'], top_k=1, show=False)
    assert groups[15, 15].tolist() == [255, 0, 0]
    with pytest.raises(ValueError, match='2 colours for 1 groups'):
        imshow_bboxes(black, boxes, ['red', 'blue'], show=False)


def test_detections_below_the_threshold_are_left_out():
    boxes = np.array([[2, 3, 8, 9, 0.3], [10, 10, 15, 15, 0.9]])
    drawn = imshow_det_bboxes(np.zeros((20, 20, 3), np.uint8), boxes, np.array([0, 1]), ('a', 'b'), 0.5, show=False)
    assert drawn[9, 8].max() == 0
    assert drawn[15, 15].max() == 255
    with pytest.raises(ValueError, match='labels'):
        imshow_det_bboxes(drawn, boxes, np.array([0]), show=False)


@pytest.mark.parametrize(('wait_time', 'waits'), [(5, [5]), (0, [1, 1, 1])])
def test_windows(monkeypatch, wait_time, waits):
    shown, waited = [], []
    monkeypatch.setattr(cv2, 'imshow', lambda name, img: shown.append(name))
    monkeypatch.setattr(cv2, 'waitKey', lambda wait: waited.append(wait) or (27 if len(waited) == 3 else -1))
    monkeypatch.setattr(cv2, 'getWindowProperty', lambda name, what: 1)
    imshow(np.zeros((2, 2, 3), np.uint8), 'window', wait_time)
    assert (shown, waited) == (['window'], waits)


def test_boxes_of_numbers():
    boxes = np.array([[2.0, 3, 8, 9], [-4, 1, 30, 40]])
    assert bbox_clip(boxes, (20, 25)).tolist() == [[2, 3, 8, 9], [0, 1, 24, 19]]
    assert bbox_scaling(boxes[0], 3).tolist() == [-5, -4, 15, 16]
    assert bbox_scaling(boxes[0], 3, (20, 10)).tolist() == [0, 0, 9, 16]
    assert bbox_scaling(boxes, 1).tolist() == boxes.tolist()
