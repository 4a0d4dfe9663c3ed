"""Label maps of logits that are resized more than once, averaged over windows and over views."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import AxisMap, resample_argmax
from mmcv.ops.axis_map import stacked

# Coarse size, size seen, what is kept of it, size wanted: usual ones, shrinking, one row, one column, one pixel.
CHAINS = [((3, 4), (24, 32), (24, 30), (48, 61)), ((4, 5), (32, 40), (32, 40), (19, 23)),
          ((7, 9), (5, 3), (5, 3), (11, 6)), ((1, 6), (8, 48), (8, 48), (3, 7)), ((6, 1), (6, 1), (5, 1), (9, 4)),
          ((1, 1), (4, 4), (4, 4), (2, 3)), ((17, 33), (136, 264), (130, 260), (65, 140)),
          ((9, 9), (36, 36), (36, 36), (72, 72))]


def chain(sizes, align_corners=False, flips=(False, False)):
    """The maps of both axes; rows lie as far apart as they are wide."""
    axes = []
    for axis, (coarse, seen, kept, size) in enumerate(zip(*sizes)):
        first = AxisMap.resized(coarse, seen, align_corners).spread(1 if axis else sizes[0][1]).cut(kept)
        last = AxisMap.resized(kept, size, align_corners).after(first)
        axes.append(last.flipped() if flips[axis] else last)
    return axes


def by_steps(logits, sizes, align_corners=False, flips=(False, False)):
    """(N, K, H, W), in the plain way."""
    _, seen, kept, size = sizes
    z = F.interpolate(logits, seen, mode='bilinear', align_corners=align_corners)[:, :, :kept[0], :kept[1]]
    z = F.interpolate(z, size, mode='bilinear', align_corners=align_corners)
    return z.flip([axis + 2 for axis in (0, 1) if flips[axis]])


def tables(*views, dtype=torch.float32):
    """The arguments of the operator behind the logits; each view begins where the last one ends."""
    rows, columns, start = [], [], 0
    for sizes, *more in views:
        row, column = chain(sizes, *more)
        rows.append(AxisMap(row.index + start, row.weight))
        columns.append(column)
        start += sizes[0][0] * sizes[0][1]
    return [part.to(dtype) if part.is_floating_point() else part for axis in (rows, columns) for part in stacked(axis)]


def distinct(shape, dtype=torch.float32, winner=None):
    """Logits of which one class, another for each image, always wins: ties are decided by rounding."""
    winner = torch.randint(shape[1], shape[:1]) if winner is None else torch.full(shape[:1], winner)
    return torch.randn(shape, dtype=dtype) + 40 * F.one_hot(winner, shape[1])[:, :, None].to(dtype)


VIEWS = [(CHAINS[0], False, (False, True)), (((2, 5), (16, 40), (15, 37), (48, 61)), False, (False, False)),
         (((5, 6), (40, 48), (40, 48), (48, 61)), True, (True, False))]
VIEWED = sum(sizes[0][0] * sizes[0][1] for sizes, *_ in VIEWS)


def samples():
    for sizes in CHAINS:
        for align_corners in (False, True):
            yield distinct((2, 5, sizes[0][0] * sizes[0][1])), *tables((sizes, align_corners))
    yield distinct((1, 150, 12)), *tables((CHAINS[0],))
    yield distinct((1, 300, 12), winner=299), *tables((CHAINS[0],))  # more classes than a byte counts
    yield distinct((0, 3, 12)), *tables((CHAINS[0],))
    yield distinct((1, 1, 12)), *tables((CHAINS[0],))
    yield distinct((2, 4, VIEWED)), *tables(*VIEWS)
    yield distinct((2, 4, VIEWED), torch.float64), *tables(*VIEWS, dtype=torch.float64)
    yield distinct((2, 3, 24))[..., ::2], *(table.transpose(1, 2).contiguous().transpose(1, 2)
                                            for table in tables((CHAINS[0],)))
    windows = [slice(0, 16), slice(6, 22), slice(12, 28), slice(13, 29), slice(14, 30)]  # up to five at a place
    row = AxisMap.resized(4, 16, False).spread(4).averaged(windows, 80)
    column = AxisMap.resized(4, 16, False).averaged(windows, 16)
    yield distinct((1, 3, 5 * 80)), *stacked([row]), *stacked([column])


def invalid():
    logits, (rows, row_weights, columns, column_weights) = torch.zeros(1, 3, 12), tables((CHAINS[0],))
    yield logits[0], rows, row_weights, columns, column_weights
    yield logits[:, :0], rows, row_weights, columns, column_weights
    yield logits.long(), rows, row_weights.long(), columns, column_weights.long()
    yield logits, rows.int(), row_weights, columns, column_weights
    yield logits, rows, row_weights.double(), columns, column_weights
    yield logits, rows, row_weights[:, :-1], columns, column_weights
    yield logits, rows[:, :, :0], row_weights[:, :, :0], columns, column_weights
    yield logits, rows.repeat(2, 1, 1), row_weights.repeat(2, 1, 1), columns, column_weights


SAMPLES = {'resample_argmax': samples}
INVALID = {'resample_argmax': invalid}
NOT_DIFFERENTIABLE = {'resample_argmax': 'a choice of classes'}


def assert_labels_are_of(label, values):
    """The argmax of values (N, K, H, W), but where two of them tie."""
    torch.testing.assert_close(values.gather(1, label[:, None])[:, 0], values.amax(1))
    margin = values.topk(2, 1).values.diff(dim=1).abs()[:, 0]
    clear = margin > 1e-5
    assert clear.float().mean() > 0.9
    assert torch.equal(label[clear], values.argmax(1)[clear])


@pytest.mark.parametrize('sizes', CHAINS)
@pytest.mark.parametrize('align_corners', [False, True])
def test_is_the_argmax_of_the_steps(sizes, align_corners):
    logits = torch.randn(2, 5, *sizes[0])
    row, column = chain(sizes, align_corners)
    label = resample_argmax(logits.flatten(2), [row], [column])
    assert label.dtype == torch.int64
    assert_labels_are_of(label, by_steps(logits, sizes, align_corners))


def test_of_several_views_is_the_argmax_of_the_mean_probability():
    parts = [3 * torch.randn(2, 7, *sizes[0]) for sizes, *_ in VIEWS]
    rows, columns, start, mean = [], [], 0, 0
    for part, view in zip(parts, VIEWS):
        row, column = chain(*view)
        rows.append(AxisMap(row.index + start, row.weight))
        columns.append(column)
        start += part[0, 0].numel()
        mean = mean + by_steps(part, *view).softmax(1) / len(VIEWS)
    label = resample_argmax(torch.cat([part.flatten(2) for part in parts], 2), rows, columns)
    assert_labels_are_of(label, mean)


def test_the_lowest_class_wins_a_tie():
    row, column = chain(CHAINS[0])
    assert resample_argmax(torch.zeros(1, 4, 12), [row], [column]).eq(0).all()
    assert resample_argmax(torch.zeros(1, 4, 12), [row] * 2, [column] * 2).eq(0).all()


@pytest.mark.parametrize('value', [float('-inf'), float('nan')])
@pytest.mark.parametrize('masked', range(3))
def test_a_masked_class_never_wins(masked, value):
    row, column = chain(CHAINS[0])
    logits = torch.randn(1, 3, 12)
    others = [k for k in range(3) if k != masked]
    expected = torch.tensor(others)[resample_argmax(logits[:, others], [row], [column])]
    logits[:, masked] = value
    assert torch.equal(resample_argmax(logits, [row], [column]), expected)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_halves_are_computed_in_float32(dtype):
    row, column = chain(CHAINS[0])
    logits = torch.randn(1, 5, 12).to(dtype)
    assert torch.equal(resample_argmax(logits, [row], [column]), resample_argmax(logits.float(), [row], [column]))


@pytest.mark.parametrize('step', [1, 100, -100])
def test_an_index_beyond_the_pixels_is_refused(step):
    row, column = chain(CHAINS[0])
    assert is_refused(*stacked([AxisMap(row.index + step, row.weight)]), *stacked([column]))


@pytest.mark.parametrize('axis', [0, 1])
@pytest.mark.parametrize('view', [0, 1])
@pytest.mark.parametrize('value', [-1, -12, 12, 99])
def test_one_index_beyond_the_pixels_is_enough(axis, view, value):
    rows, columns = ([one, AxisMap(one.index.clone(), one.weight)] for one in chain(CHAINS[0]))
    (rows, columns)[axis][view].index[-1, -1] = value
    assert is_refused(*stacked(rows), *stacked(columns))


def is_refused(*arguments):
    try:
        label = torch.ops.mmcv.resample_argmax(torch.zeros(1, 3, 12), *arguments)
    except (RuntimeError, IndexError) as error:
        return 'beyond the pixels' in str(error) or 'out of' in str(error)
    return label.eq(-1).any()  # a GPU does not wait to tell


@pytest.mark.parametrize(('logits', 'maps', 'message'), [
    (torch.zeros(1, 3, 3, 4), 1, r'logits are torch.float32 \(1, 3, 3, 4\); .*\(N, K, P\)'),
    (torch.zeros(1, 3, 12).long(), 1, 'logits are torch.int64'),
    (torch.zeros(1, 0, 12), 1, 'one class'),
    (torch.zeros(1, 3, 12), 0, '0 row and 1 column maps'),
])
def test_wrong_arguments_are_one_clear_line(logits, maps, message):
    row, column = chain(CHAINS[0])
    with pytest.raises(ValueError, match=rf'^resample_argmax: .*{message}') as raised:
        resample_argmax(logits, [row] * maps, [column])
    assert '\n' not in str(raised.value)
