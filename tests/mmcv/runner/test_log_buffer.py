import pytest
import torch

from mmcv.runner import LogBuffer


def test_means_weighted_by_samples():
    buffer = LogBuffer()
    for value, count in ((1.0, 1), (2.0, 1), (5.0, 3)):
        buffer.update({'loss': torch.tensor(value), 'time': value}, count)
    buffer.average(2)
    assert buffer.ready
    assert buffer.output == {'loss': pytest.approx(17 / 4), 'time': pytest.approx(17 / 4)}
    buffer.average()
    assert buffer.output['loss'] == pytest.approx(18 / 5)


def test_order_of_the_log_is_that_of_the_first_update():
    buffer = LogBuffer()
    buffer.update({'data_time': 1})
    buffer.update({'b': torch.tensor(1.0), 'a': torch.tensor(1.0)})
    buffer.update({'time': 1})
    buffer.average(1)
    assert list(buffer.output) == ['data_time', 'b', 'a', 'time']


def test_one_transfer_a_line(monkeypatch):
    transfers = []
    tolist = torch.Tensor.tolist
    monkeypatch.setattr(torch.Tensor, 'tolist', lambda self: (transfers.append(self.shape), tolist(self))[1])
    for name in ('item', '__float__'):
        monkeypatch.setattr(torch.Tensor, name, lambda self: pytest.fail('fetched alone'))
    buffer = LogBuffer()
    for i in range(10):
        buffer.update({'a': torch.tensor(float(i)), 'b': torch.tensor(i, dtype=torch.float64)})
    buffer.average(5)
    buffer.average(10)
    assert transfers == [(20,)]
    assert buffer.output == {'a': 4.5, 'b': 4.5}


def test_it_forgets():
    buffer = LogBuffer(window=3)
    for i in range(10):
        buffer.update({'a': i})
    assert list(buffer.val_history['a']) == [7, 8, 9]
    buffer.average()
    buffer.clear_output()
    assert not buffer.ready
    assert buffer.output == {}
    buffer.clear()
    assert buffer.val_history == {}


def test_means_over_ranks(run_ranks):
    run_ranks("""
        from mmcv.runner import LogBuffer
        buffer = LogBuffer()
        buffer.update({'loss': torch.tensor(float(rank)), 'time': float(rank)})
        buffer.average(1)
        assert buffer.output == {'loss': 0.5, 'time': float(rank)}, buffer.output
    """)
