"""Cross entropy of upsampled logits."""

import pytest
import torch
import torch.nn.functional as F

from mmcv.ops import _load, upsample_cross_entropy

# Odd sizes, enlarging and shrinking, one row, one column, one pixel, one class, an empty batch, several threads, and
# results of one row and one column.
SHAPES = [((2, 5, 3, 4), (13, 21)), ((1, 3, 7, 9), (7, 9)), ((1, 4, 9, 8), (5, 3)), ((1, 3, 1, 6), (4, 11)),
          ((1, 3, 6, 1), (11, 4)), ((2, 3, 1, 1), (3, 2)), ((1, 1, 4, 5), (8, 10)), ((0, 3, 4, 5), (8, 10)),
          ((1, 19, 17, 33), (65, 129)), ((1, 150, 9, 9), (72, 72)),
          ((1, 3, 5, 6), (1, 4)), ((1, 3, 5, 6), (4, 1))]


def labels(shape, size, ignored=0.2):
    label = torch.randint(0, shape[1], (shape[0], *size))
    return label.masked_fill(torch.rand(label.shape) < ignored, 255)


def samples():
    for shape, size in SHAPES:
        for align_corners in (False, True):
            yield torch.randn(shape), labels(shape, size), None, 255, align_corners
    shape, size = SHAPES[0]
    yield torch.randn(shape), labels(shape, size), torch.rand(5), 255, False
    yield torch.randn(shape).double(), labels(shape, size, ignored=0), None, 3, True
    yield torch.randn(shape), torch.full((2, *size), 255), None, 255, False
    yield torch.randn(2, 5, 4, 3).mT, labels(shape, (21, 13)).mT, None, 255, False
    yield torch.randn(shape).to(memory_format=torch.channels_last), labels(shape, size), None, 255, False


def backward_samples():
    for logits, label, weight, ignore_index, align_corners in samples():
        logsumexp = _load.OPERATORS['upsample_cross_entropy'].reference(
            logits, label, weight, ignore_index, align_corners)[1]
        yield torch.randn_like(logsumexp), logits, label, weight, logsumexp, ignore_index, align_corners


def invalid():
    logits, label = torch.zeros(2, 3, 4, 5), torch.zeros(2, 8, 10).long()
    yield logits[0], label, None, 255, False
    yield logits, label[0], None, 255, False
    yield logits, label[:1], None, 255, False
    yield logits, label.int(), None, 255, False
    yield logits, label, torch.ones(4), 255, False
    yield logits, label, torch.ones(3).double(), 255, False
    yield logits[:, :0], label, None, 255, False
    yield logits[..., :0], label, None, 255, False
    yield logits, label[..., :0], None, 255, False
    yield logits.long(), label, None, 255, False
    yield logits, label + 3, None, 255, False
    yield logits, label - 1, None, 255, False


def invalid_backward():
    logits, label, grad = torch.zeros(2, 3, 4, 5), torch.zeros(2, 8, 10).long(), torch.zeros(2, 8, 10)
    yield grad[:, :-1], logits, label, None, grad, 255, False
    yield grad, logits, label, None, grad[:, :-1], 255, False
    yield grad.double(), logits, label, None, grad, 255, False
    yield grad, logits[0], label, None, grad, 255, False


SAMPLES = {'upsample_cross_entropy': samples, 'upsample_cross_entropy_backward': backward_samples}
INVALID = {'upsample_cross_entropy': invalid, 'upsample_cross_entropy_backward': invalid_backward}
CONSTANT = {'upsample_cross_entropy': [2]}  # the class weights, as in F.cross_entropy
NOT_DIFFERENTIABLE = {'upsample_cross_entropy_backward': 'the gradient itself; there is no second one'}


def plain(logits, label, weight, align_corners):
    z = F.interpolate(logits, label.shape[1:], mode='bilinear', align_corners=align_corners)
    return F.cross_entropy(z, label, weight, ignore_index=255, reduction='none'), z.argmax(1)


@pytest.mark.parametrize(('shape', 'size'), SHAPES)
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('weighted', [False, True])
def test_equals_interpolate_and_cross_entropy(shape, size, align_corners, weighted):
    logits = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    label, weight = labels(shape, size), torch.rand(shape[1]).double() if weighted else None
    loss, hits = upsample_cross_entropy(logits, label, weight, 255, align_corners)
    expected, best = plain(logits, label, weight, align_corners)
    torch.testing.assert_close(loss, expected)
    assert hits == (best == label).sum()
    grad = torch.randn_like(loss)
    gradients = [torch.autograd.grad(value, logits, grad)[0] for value in (loss, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_gradients_where_an_output_row_lies_on_a_source_row_but_for_rounding(dtype):
    for height in range(2, 11):
        for rows in (7, 19, 23, 25, 29, 38, 46, 50, 59):
            logits = torch.randn(1, 2, height, 1, dtype=dtype, requires_grad=True)
            label = torch.randint(0, 2, (1, rows, 1))
            gradients = [torch.autograd.grad(loss.sum(), logits)[0] for loss in (
                upsample_cross_entropy(logits, label)[0], plain(logits, label, None, False)[0])]
            torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_halves_are_computed_in_float32(dtype):
    logits, label = torch.randn(1, 5, 6, 7).to(dtype).requires_grad_(), labels((1, 5), (20, 30))
    loss, _ = upsample_cross_entropy(logits, label)
    assert loss.dtype == torch.float32
    assert torch.equal(loss, upsample_cross_entropy(logits.float(), label)[0])
    loss.sum().backward()
    assert logits.grad.dtype == dtype


@pytest.mark.parametrize('dtype', [torch.uint8, torch.int16, torch.int32])
def test_labels_of_any_integer_type(dtype):
    logits, label = torch.randn(1, 5, 6, 7), labels((1, 5), (20, 30))
    assert torch.equal(upsample_cross_entropy(logits, label.to(dtype))[0], upsample_cross_entropy(logits, label)[0])


@pytest.mark.parametrize('scale', [1e-3, 1, 30, 1e4])
def test_is_accurate_for_small_and_large_logits(scale):
    logits, label = scale * torch.randn(1, 19, 6, 7), labels((1, 19), (48, 56))
    expected, _ = plain(logits.double(), label, None, False)
    loss, _ = upsample_cross_entropy(logits, label)
    torch.testing.assert_close(loss.double(), expected, rtol=1e-5, atol=1e-6 * scale)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_logits_that_are_not_finite_show_in_loss_and_gradient(value):
    logits, label = torch.randn(1, 3, 4, 4), torch.zeros(1, 8, 8).long()
    logits[0, 1, 1, 1] = value
    logits.requires_grad_()
    loss, _ = upsample_cross_entropy(logits, label)
    loss.mean().backward()
    assert loss[0, 2, 2].isnan()
    assert logits.grad[0, :, 1, 1].isnan().all()
    assert loss[0, 7, 7].isfinite()


@pytest.mark.parametrize('value', [float('-inf'), float('inf'), float('nan')])
@pytest.mark.parametrize('size', [(4, 5), (8, 10), (9, 13), (3, 7), (12, 15)])
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('share', [0.2, None])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])  # whose positions torch rounds in different ways
def test_infinities_and_nan_are_those_of_plain_pytorch(value, size, align_corners, share, dtype):
    logits = torch.randn(2, 3, 4, 5, dtype=dtype)
    masked = torch.arange(3).view(3, 1, 1) == 1 if share is None else torch.rand_like(logits) < share
    logits = logits.masked_fill(masked, value).requires_grad_()
    label = labels(logits.shape, size)
    loss, hits = upsample_cross_entropy(logits, label, align_corners=align_corners)
    expected, best = plain(logits, label, None, align_corners)
    torch.testing.assert_close(loss, expected, equal_nan=True)
    assert hits == (best == label).sum()
    gradients = [torch.autograd.grad(each.sum(), logits)[0] for each in (loss, expected)]
    torch.testing.assert_close(*gradients, equal_nan=True)


def test_a_class_that_is_masked_everywhere_leaves_the_others_finite():
    logits = torch.randn(1, 3, 4, 5)
    logits[:, 1] = float('-inf')
    label = torch.randint(0, 2, (1, 7, 13)) * 2
    inside = (slice(None), slice(1, -1), slice(1, -1))  # at the border plain PyTorch multiplies infinity by 0
    loss, others = (upsample_cross_entropy(*args)[0][inside] for args in (
        (logits, label), (logits[:, ::2], label // 2)))
    torch.testing.assert_close(loss[others.isfinite() & loss.isfinite()], others[others.isfinite() & loss.isfinite()])
    assert loss.isfinite().sum() > 40


@pytest.mark.parametrize('value', [3, -1, 254])
def test_a_label_that_is_no_class_is_an_error(value):
    label = torch.zeros(1, 8, 8).long()
    label[0, 5, 5] = value
    with pytest.raises((RuntimeError, IndexError), match='neither a class, 0 to 2, nor ignore_index|out of bounds'):
        upsample_cross_entropy(torch.randn(1, 3, 4, 4), label)


@pytest.mark.parametrize('strict', [False, True])
def test_is_exported_for_any_number_of_images_and_any_size(strict):

    class Loss(torch.nn.Module):

        def forward(self, logits, label):
            return upsample_cross_entropy(logits, label)

    number, *sizes = (torch.export.Dim(name) for name in ('n', 'h', 'w', 'H', 'W'))
    shapes = ({0: number, 2: sizes[0], 3: sizes[1]}, {0: number, 1: sizes[2], 2: sizes[3]})
    example = torch.randn(2, 3, 4, 5), labels((2, 3), (8, 9))
    exported = torch.export.export(Loss(), example, dynamic_shapes=shapes, strict=strict).module()
    other = torch.randn(3, 3, 6, 7), labels((3, 3), (13, 11))
    reference = _load.OPERATORS['upsample_cross_entropy'].reference
    assert torch.equal(exported(*other)[0], reference(*other, None, 255, False)[0])
    torch.testing.assert_close(exported(*other)[0], upsample_cross_entropy(*other)[0])


@pytest.mark.parametrize('ignore_index', ['255', 0.5])
def test_ignore_index_is_an_integer(ignore_index):
    with pytest.raises(ValueError, match='^upsample_cross_entropy: ignore_index is .*; it must be an integer'):
        upsample_cross_entropy(torch.zeros(1, 3, 4, 5), torch.zeros(1, 8, 8).long(), ignore_index=ignore_index)


def test_never_holds_the_upsampled_logits():
    if _load.EXTENSION is None:
        pytest.skip(_load.PROBLEM)
    logits, label = torch.randn(1, 50, 8, 8, requires_grad=True), labels((1, 50), (64, 64))
    with torch.profiler.profile(profile_memory=True) as profile:
        upsample_cross_entropy(logits, label)[0].mean().backward()
    largest = max((event.cpu_memory_usage for event in profile.events()), default=0)
    assert 0 < largest < 50 * 64 * 64 * 4 / 4


@pytest.mark.parametrize(('logits', 'label', 'weight', 'message'), [
    (torch.zeros(3, 4, 5), torch.zeros(1, 8, 8).long(), None, r'logits are torch.float32 \(3, 4, 5\)'),
    (torch.zeros(1, 3, 4, 5).long(), torch.zeros(1, 8, 8).long(), None, r'logits are torch.int64'),
    (torch.zeros(1, 3, 4, 5), torch.zeros(1, 1, 8, 8).long(), None, r'label is \(1, 1, 8, 8\); .*\(1, H, W\)'),
    (torch.zeros(1, 3, 4, 5), torch.zeros(1, 8, 8), None, r'label is torch.float32; .*integers'),
    (torch.zeros(1, 3, 4, 5), torch.zeros(1, 8, 8).long(), torch.ones(4), r'weight is \(4,\); .*3 classes'),
    (torch.zeros(1, 3, 4, 5), torch.zeros(1, 8, 8, device='meta').long(), None, r"on \['cpu', 'meta'\]"),
])
def test_wrong_arguments_are_one_clear_line(logits, label, weight, message):
    with pytest.raises(ValueError, match=rf'^upsample_cross_entropy: .*{message}') as raised:
        upsample_cross_entropy(logits, label, weight)
    assert '\n' not in str(raised.value)
