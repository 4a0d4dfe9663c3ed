"""Tables of biases for relative positions."""
import pytest
import torch

from mmseg.models.layers.relative_position import _spline, _spread, resize_biases


def test_splines_go_through_their_values():
    places = torch.tensor([-3.0, -1, 0, 0.5, 2, 7], dtype=torch.float64)
    torch.testing.assert_close(_spline(places, places), torch.eye(6, dtype=torch.float64))


def test_splines_are_exact_for_cubic_polynomials():
    places = torch.tensor([-3.0, -1, 0, 0.5, 2], dtype=torch.float64)
    at = torch.linspace(-3, 2, 23, dtype=torch.float64)

    def polynomial(x):
        return 2 + x - 3 * x**2 + 0.5 * x**3

    torch.testing.assert_close(_spline(places, at) @ polynomial(places), polynomial(at))


def test_offsets_are_finest_in_the_middle():
    """Nearest offsets stay; the last ones become those at the new border."""
    matrix = _spread(3, 6)
    assert matrix.shape == (13, 7)
    torch.testing.assert_close(matrix[5:8, 2:5], torch.eye(3, dtype=torch.float64))
    torch.testing.assert_close(matrix[[0, -1]][:, [0, -1]], torch.eye(2, dtype=torch.float64), rtol=0, atol=1e-4)


@pytest.mark.parametrize('cells', [9, 30])
def test_tables_of_no_window(cells):
    with pytest.raises(ValueError, match=f'a table of {cells} biases is none'):
        resize_biases(torch.zeros(cells, 2), (4, 4))
