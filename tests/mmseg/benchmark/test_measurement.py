"""The clock, the memory gauge, and that every way of a case does the same work."""

import functools
import inspect
import multiprocessing
import time

import cv2
import numpy as np
import pytest
import torch

from mmcv.ops.choice import Choice
from mmseg.apis import load_config
from mmseg.assembly.loaders import pipeline_of
from mmseg.benchmark import SUITES, Case, Way, measure, trace
from mmseg.benchmark.measurement import quartiles, resident_growth
from mmseg.benchmark.processes import Processes
from mmseg.benchmark.suites import Options, find_suite, models
from mmseg.benchmark.suites.auto import auto
from mmseg.benchmark.suites.data import SAMPLES, data
from mmseg.benchmark.suites.evaluation import evaluation
from mmseg.benchmark.suites.operators import argmax_case, counting_case, cross_entropy_case, pools_case
from mmseg.benchmark.suites.scaling import processes_case

MACHINE = dict(matmul_flops_per_s=dict(float32=1e9, bfloat16=4e9), copy_bytes_per_s=1e9)
DEMO = Options(config='pspnet_r18-d8_demo')


def test_ways_take_turns_and_the_first_one_is_the_measure():
    calls = []
    ways = {name: Way(lambda name=name, wait=wait: calls.append(name) or time.sleep(wait), moves=1000)
            for name, wait in (('slow', 0.03), ('quick', 0.01))}
    slow, quick = measure(Case('sleeping', ways, samples=6), 3, MACHINE)
    assert calls[:10] == ['slow', 'quick'] * 5  # counting, warming up, and three rounds
    assert slow['ratio'] == 1
    assert quick['ratio'] > 1
    assert quick['low_s'] <= quick['median_s'] <= quick['high_s']
    assert quick['samples_per_s'] == pytest.approx(6 / quick['median_s'])
    assert quick['copy_share'] == pytest.approx(1000 / quick['median_s'] / 1e9)


def test_counts_multiplications():
    a = torch.zeros(10, 20)
    compiled = torch.compile(lambda: a @ a.T, backend='eager')
    ways = {name: Way(run, precision=name) for name, run in (
        ('float32', lambda: a @ a.T), ('bfloat16', compiled), ('float16', lambda: a @ a.T))}
    for row, best in zip(measure(Case('product', ways), 1, MACHINE), (1e9, 4e9, None)):
        assert row['flops'] == 2 * 10 * 20 * 10
        assert row['matmul_share'] == (pytest.approx(row['flops'] / row['median_s'] / best) if best else 0)


def test_counts_attention():
    query, key, value = (torch.randn(2, 4, n, 16, requires_grad=True) for n in (50, 30, 30))
    attend = torch.nn.functional.scaled_dot_product_attention
    ways = {'forward': Way(lambda: attend(query, key, value)),
            'both': Way(lambda: attend(query, key, value).sum().backward())}
    forward, both = (row['flops'] for row in measure(Case('attention', ways), 1, MACHINE))
    product = 2 * 2 * 4 * 50 * 30 * 16
    assert (forward, both) == (2 * product, 7 * product)


def test_quartiles():
    assert quartiles([3.0]) == (3, 3, 3)
    assert quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2, 3, 4)


def test_peak_memory_is_that_of_the_run():
    grown = resident_growth(lambda: np.ones(1 << 23).sum())
    if grown is None:
        pytest.skip('this system does not tell')
    assert 0.9 * (1 << 26) < grown < 1.3 * (1 << 26)
    assert resident_growth(lambda: None) < 1 << 23


def test_a_trace_of_every_way(tmp_path, capsys):
    trace(Case('a case', {'one way': Way(lambda: torch.zeros(5, 5) @ torch.zeros(5, 5))}), tmp_path)
    assert (tmp_path / 'a-case-one-way.json').stat().st_size > 100
    assert 'aten::mm' in capsys.readouterr().out


def test_a_trace_is_of_a_run_after_the_first(tmp_path):
    calls = []
    trace(Case('a case', {'one way': Way(lambda: calls.append(torch.autograd._profiler_enabled()))}), tmp_path)
    assert calls == [False, True]


def results(case):
    return [way.run() for way in case.ways.values()]


def test_ways_of_the_operators_give_the_same():
    plain, fused = results(argmax_case((1, 5, 6, 7), (33, 40), 'cpu'))
    assert (plain == fused).float().mean() > 0.999
    torch.testing.assert_close(*results(cross_entropy_case((2, 5, 6, 7), (33, 40), 'cpu')))
    (intersect, pred, label), matrix = results(counting_case((64, 96), 5, 'cpu'))
    for area, counted in ((intersect, matrix.diagonal()), (pred, matrix.sum(0)), (label, matrix.sum(1))):
        torch.testing.assert_close(area.long(), counted)
    for layout in ('contiguous', 'channels_last'):
        torch.testing.assert_close(*results(pools_case((2, 3, 13, 12), layout, 'cpu')))


def test_ways_of_the_evaluation_give_the_same():
    case, *labelled = evaluation(Options(), (64, 128), 5)
    (intersect, _, _), matrix = results(case)
    assert (intersect.long() - matrix.diagonal()).abs().max() <= 2  # where two classes tie
    assert len(labelled) == 4
    for plain, one_pass in map(results, labelled):
        assert (plain == one_pass).float().mean() > 0.999


def test_ways_of_inference_give_the_same_labels():
    case, = models.infer(DEMO, (64, 128))
    plain, *exact, fast = (np.stack(labels) for labels in results(case))
    assert [(plain == labels).mean() > 0.99 for labels in exact] == [True] * 4  # random weights leave near ties
    assert (plain == fast).mean() > 0.7


def test_ways_of_training_give_the_same_gradients():
    net = models.build(DEMO)
    case = models._training_pass(net, DEMO, (64, 128), 2)
    saving = f'{models.EXACT}, norms recomputed'
    least = f'{models.EXACT}, norms and narrow convolutions recomputed'
    assert list(case.ways) == ['plain', models.EXACT, saving, *(f'{way}, channels_last' for way in (saving, least))]
    plain = models.plain(net)
    assert not plain.decode_head.factored
    assert not any(getattr(module, 'fused', False) for module in plain.modules())
    data = models.training_batch(net, 'cpu', (64, 128), 2)
    losses = []
    for changed in (plain, net):
        torch.manual_seed(0)
        losses.append(changed.train().train_step(data, None)['loss'])
    torch.testing.assert_close(*losses, rtol=1e-5, atol=1e-5)


def test_training_is_measured_in_each_precision_and_batch():
    cases = list(models.train(DEMO, (64, 128), (1, 2)))
    assert [(case.samples, list(case.ways)) for case in cases] == [
        (batch, ['plain', models.EXACT, 'fast preset']) for batch in (1, 2)]
    assert all(case.name.endswith('float32') for case in cases)
    case = cases[1]
    for way in case.ways.values():
        way.run()  # an iteration


def test_auto_is_measured_beside_what_is_fixed(monkeypatch):
    asked = []
    monkeypatch.setattr('mmseg.assembly.fastest.fastest',
                        lambda work, allowed, _: asked.append(work) or Choice(allowed[-1], 'the boldest'))
    infer, train = auto(DEMO, (64, 128), (32, 64))
    for case in (infer, train):
        assert list(case.ways) == [
            'fixed', "channels_last = 'auto'", "winograd = 'auto' too", "amp = dict(dtype='auto') too"]
        assert [way.precision for way in case.ways.values()] == ['float32'] * 3 + ['bfloat16']
    fixed, *exact, half = (np.stack(labels) for labels in results(infer))
    assert min((fixed == labels).mean() for labels in exact) > 0.99
    assert (fixed == half).mean() > 0.7
    for way in train.ways.values():
        way.run()  # an iteration
    assert set(asked) == {'inference', 'training'}
    assert [case.name for case in auto(DEMO._replace(only='iteration'), crop=(32, 64))] == [train.name]


@pytest.fixture
def threads():
    """The suite of data takes one thread for itself; the tests after it get theirs back."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


def test_samples_come_one_by_one_and_from_a_loader(monkeypatch, threads):
    monkeypatch.setattr('os.cpu_count', lambda: 1)
    *_, loading = data(DEMO, (256, 512))
    assert loading.samples == SAMPLES
    for way in loading.ways.values():
        _, shapes = way.run()
        assert shapes == [(2, 3, 64, 128)] * (SAMPLES // 2)


def test_a_config_may_lie_anywhere(tmp_path, request):
    path = tmp_path / 'own.py'
    path.write_text(f"_base_ = '{request.config.rootpath}/configs/pspnet/{DEMO.config}.py'")
    assert models.fast_config(Options(config=str(path))).fuse_conv_bn


def test_unets_head_and_repeated_data_sets_can_be_measured():
    unet = Options(config='pspnet_unet_s5-d16_64x64_40k_drive')
    assert len(results(models._head(models.build(unet), unet))) == 2
    assert pipeline_of(load_config(unet.config).data.train)[0].type == 'LoadImageFromFile'


def sum_of_ranks(folder, rank):
    def run():
        total = torch.tensor(rank + 1)
        torch.distributed.all_reduce(total)
        with open(folder / str(rank), 'a') as file:
            file.write(f'{total} ')
    return run


@pytest.mark.slow
def test_processes_work_together_and_end_with_their_way(tmp_path):
    way = Processes(2, functools.partial(sum_of_ranks, tmp_path))
    row, = measure(Case('sum', {'2 processes': way}), 2, MACHINE)
    assert [(tmp_path / str(rank)).read_text() for rank in range(2)] == ['3 3 3 '] * 2
    assert row['median_s'] > 0
    assert row['peak_bytes'] is None
    del way
    deadline = time.time() + 30
    while multiprocessing.active_children() and time.time() < deadline:
        time.sleep(0.05)
    assert not multiprocessing.active_children()


def test_scaling_shares_the_machine_among_the_processes(monkeypatch):
    monkeypatch.setattr('os.cpu_count', lambda: 2)
    case = processes_case(DEMO, (64, 128), 2)
    assert list(case.ways) == ['1 process', '2 processes']
    assert [way.count for way in case.ways.values()] == [1, 2]


def test_every_suite_of_the_tool_is_there():
    assert list(SUITES) == [
        'model', 'train', 'infer', 'data', 'eval', 'ops', 'scaling', 'zoo', 'export', 'auto', 'shared']
    assert all(inspect.isgeneratorfunction(find_suite(name)) for name in SUITES)
