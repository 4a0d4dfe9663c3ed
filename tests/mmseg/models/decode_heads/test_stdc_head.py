"""The head of STDC that finds borders; its sample is in test_stdc.py, beside the backbone's."""
import torch

from mmseg.models import STDCHead

OPTIONS = dict(in_channels=4, channels=4, num_classes=2, num_convs=1)


def test_borders_are_where_classes_meet():
    label = torch.zeros(1, 1, 16, 16, dtype=torch.long)
    label[..., 8:] = 1
    borders = STDCHead(**OPTIONS).borders(label)
    assert borders.dtype == torch.int64
    assert borders[0, 0, 4, 8] == 1  # the larger label's side
    assert not borders[..., :4].any()
    assert not borders[0, 0, 2:-2, 12:14].any()  # outside of the image is class 0


def test_threshold():
    label = torch.randint(0, 2, (1, 1, 32, 32))
    shares = [STDCHead(boundary_threshold=t, **OPTIONS).borders(label).float().mean() for t in (0.1, 0.35, 0.65, 1.0)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[2] > shares[3] == 0


def test_constants_are_not_trained():
    head = STDCHead(**OPTIONS)
    assert not head.fusion_kernel.requires_grad
    assert head.laplacian_kernel.sum() == 0
    assert list(head.state_dict())[:2] == ['fusion_kernel', 'laplacian_kernel']


def test_labels_of_half_precision_training():
    """Bytes as labels, and a sum of eight of them, are more than bfloat16 can tell apart."""
    head = STDCHead(**OPTIONS)
    label = torch.randint(250, 256, (1, 1, 32, 32))
    expected = head.losses(torch.zeros(1, 2, 32, 32), label)
    with torch.autocast('cpu', torch.bfloat16):
        actual = head.losses(torch.zeros(1, 2, 32, 32), label)
    torch.testing.assert_close(actual['acc_seg'], expected['acc_seg'])
