"""Windows: every pixel once, seams without steps, and nothing but the seams differs from the whole."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmseg.inference.windows import blend, lay_windows, rows_of_resized


@pytest.mark.parametrize(('size', 'crop', 'overlap'), [
    (100, 100, 10), (100, 40, 0), (101, 40, 0), (100, 40, 8), (97, 40, 13), (100, 40, 39), (41, 40, 20), (5, 9, 4)])
def test_weights_add_up_to_one(size, crop, overlap):
    total, final = torch.zeros(size), 0
    for window in lay_windows(size, crop, overlap):
        assert window.seen.start <= window.start < window.stop <= window.seen.stop
        assert window.start == final
        assert len(window.weight) == window.stop - window.start
        total[window.start:window.stop] += window.weight
        final = window.final
    assert final == size
    torch.testing.assert_close(total, torch.ones(size), rtol=0, atol=1e-6)


def test_weights_are_whole_away_from_the_seams():
    first, second = lay_windows(143, 72, 8)
    assert [(window.seen.start, window.seen.stop) for window in (first, second)] == [(0, 72), (64, 143)]
    assert (first.start, first.final, first.stop) == (0, 66, 70)
    assert (first.weight[:66] == 1).all()
    assert (second.weight[4:] == 1).all()
    np.testing.assert_allclose(first.weight[66:], np.arange(3.5, 0, -1) / 4)


@pytest.mark.parametrize(('size', 'crop', 'overlap'), [(1000, 512, 64), (20000, 512, 64), (700, 200, 37), (90, 40, 9)])
def test_windows_begin_where_cells_of_the_whole_image_do(size, crop, overlap):
    seen = [window.seen for window in lay_windows(size, crop, overlap)]
    grid = 32 if crop - overlap >= 32 else 16
    assert all(part.start % grid == 0 and part.stop - part.start == crop for part in seen[:-1])
    assert seen[-1].start % grid == 0
    assert crop <= seen[-1].stop - seen[-1].start < crop + grid
    assert all(before.stop - after.start >= overlap for before, after in pairwise(seen))


def test_an_overlap_needs_a_step():
    with pytest.raises(ValueError, match='40 pixels cannot overlap by 40'):
        lay_windows(100, 40, 40)


@pytest.mark.parametrize('batch_size', [1, 3])
@pytest.mark.parametrize('overlap', [0, 9, 30])
def test_blended_windows_of_one_image_are_the_image(overlap, batch_size):
    image = torch.randn(3, 90, 110)
    asked = []

    def logits_of(rows, columns):
        asked.append(len(columns))
        return torch.stack([image[:, rows, part] for part in columns])

    whole, order = torch.full_like(image, np.nan), []
    for y, x, part in blend(lay_windows(90, 40, overlap), lay_windows(110, 40, overlap), logits_of, batch_size):
        assert whole[:, y:y + part.shape[1], x:x + part.shape[2]].isnan().all()
        whole[:, y:y + part.shape[1], x:x + part.shape[2]] = part
        order.append((y, x))
    torch.testing.assert_close(whole, image, rtol=0, atol=1e-5)
    assert order == sorted(order)
    assert max(asked) <= batch_size


def test_a_seam_moves_over_evenly():
    """Windows that disagree: between them the result goes from one to the other without a step."""
    values = iter([0.0, 1.0])
    rows, columns = lay_windows(10, 10, 0), lay_windows(84, 52, 20)
    parts = blend(rows, columns, lambda rows, columns: torch.full((1, 1, 10, 52), next(values)))
    line = torch.cat([part[0, 0] for _, _, part in parts])
    assert (line[:37] == 0).all()
    assert (line[47:] == 1).all()
    torch.testing.assert_close(line.diff().max(), torch.tensor(0.1))


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('size', [(50, 37), (9, 80), (21, 30)])
def test_some_rows_of_what_is_resized(size, align_corners):
    logits = torch.randn(4, 21, 30)
    whole = F.interpolate(logits[None], size, mode='bilinear', align_corners=align_corners)[0]
    rows = [rows_of_resized(logits, size, align_corners, start, min(start + 7, size[0]))
            for start in range(0, size[0], 7)]
    torch.testing.assert_close(torch.cat(rows, dim=1), whole, rtol=0, atol=1e-5)
