"""Maps of tokens in windows."""
import torch

from mmseg.models.layers.windows import from_windows, pad_to_windows, to_windows


def test_windows_are_cut_row_by_row():
    cells = torch.arange(24).reshape(1, 4, 6, 1)
    windows = to_windows(cells, 2)
    assert windows.shape == (6, 4, 1)
    assert windows[:2].flatten().tolist() == [0, 1, 6, 7, 2, 3, 8, 9]
    assert windows[3].flatten().tolist() == [12, 13, 18, 19]


def test_back_again():
    x = torch.randn(2, 6, 9, 5)
    assert torch.equal(from_windows(to_windows(x, 3), 3, (6, 9)), x)


def test_a_map_is_filled_up_to_whole_windows():
    x = torch.randn(2, 5, 6, 3)
    padded = pad_to_windows(x, 4, 7.0)
    assert padded.shape == (2, 8, 8, 3)
    assert torch.equal(padded[:, :5, :6], x)
    assert (padded[:, 5:] == 7).all()
    assert (padded[:, :, 6:] == 7).all()
    assert pad_to_windows(padded, 4) is padded
