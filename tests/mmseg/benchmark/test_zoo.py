"""The zoo's suite: its models are those of the files, both sides do the work, and the table has what they took."""

import sys

import pytest

from mmcv.config import find_config
from mmseg.benchmark import comparison, measure
from mmseg.benchmark.rival import RIVAL
from mmseg.benchmark.suites import Options
from mmseg.benchmark.suites.zoo import MODELS, zoo

MACHINE = dict(matmul_flops_per_s={}, copy_bytes_per_s=1e9)


def test_every_model_has_a_file_and_two_cases():
    assert [find_config(name).endswith(f'/{name}.py') for name in MODELS] == [True] * len(MODELS)
    cases = list(zoo(Options(only='nothing')))  # which builds none
    assert [case.name for case in cases] == [f'{name}: {work}' for name in MODELS
                                             for work in ('inference', 'training step')]
    assert not any(case.ways for case in cases)


@pytest.mark.slow
def test_a_process_of_its_own_trains_and_predicts():
    cases = zoo(Options(only='fast_scnn'), size=(64, 64), crop=(64, 64))
    rows = [row for case in cases if case.ways for row in measure(case, 1, MACHINE)]
    assert [row['case'].rsplit(': ')[1] for row in rows] == ['inference', 'training step']
    assert {row['way'] for row in rows} == {'ours'}
    assert all(row['median_s'] > 0 and row['peak_bytes'] is not None for row in rows)


@pytest.mark.slow
def test_a_python_without_0_30_is_one_clear_line(capfd):
    cases = zoo(Options(only='fast_scnn', against=sys.executable), size=(64, 64), crop=(64, 64))
    case = next(case for case in cases if case.ways)
    with pytest.raises(ValueError, match=r'rival_worker.py .*mmsegmentation 0\.30'):
        next(measure(case, 1, MACHINE))
    capfd.readouterr()


def test_table_has_both_sides_and_geometric_means():
    def row(case, way, seconds, peak):
        return dict(case=case, way=way, median_s=seconds, peak_bytes=peak)

    table = comparison([
        row('a: inference', RIVAL, 0.4, 8_000_000), row('a: inference', 'ours', 0.1, 2_000_000),
        row('b: inference', RIVAL, 0.2, 2_000_000), row('b: inference', 'ours', 0.2, 2_000_000),
        row('b: step', RIVAL, 3.0, None), row('b: step', 'ours', 1.5, None)]).splitlines()
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in table]
    assert cells[0][1:3] == ['inference: 0.30 ms', 'inference: ours ms']
    assert cells[2] == ['a', '400', '100', '4.00', '8', '2', '0.25', *'------']
    assert cells[3] == ['b', '200', '200', '1.00', '2', '2', '1.00', '3000', '1500', '2.00', '-', '-', '-']
    assert cells[4] == ['geometric mean', '', '', '2.00', '', '', '0.50', '', '', '2.00', '', '', '-']
    assert len({len(line) for line in cells}) == 1
