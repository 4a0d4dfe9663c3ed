"""The tool."""

from types import SimpleNamespace

import pytest

from mmcv.utils import ConfigError
from mmseg.report.command import main


def run(*folders, out=None, evaluate=False):
    main(SimpleNamespace(work_dirs=[str(folder) for folder in folders], out=out and str(out), evaluate=evaluate,
                         debug=False))


def test_a_run_has_its_page_in_its_folder(leave, capsys, monkeypatch):
    folder = leave()
    monkeypatch.chdir(folder.parents[1])
    run('work_dirs/run')
    assert capsys.readouterr().out == 'Report: work_dirs/run/report.html\n'
    assert '<title>run: report</title>' in (folder / 'report.html').read_text()


def test_several_are_compared(leave, tmp_path):
    run(leave('first'), leave('second'), out=tmp_path / 'new' / 'page.html')
    assert '<title>first, second: comparison</title>' in (tmp_path / 'new' / 'page.html').read_text()


def test_a_folder_without_a_run(tmp_path, call_tool):
    done = call_tool('report', tmp_path / 'nothing')
    assert done.returncode == 2
    assert done.stderr == f'error: {tmp_path}/nothing: there is no such folder\n'
    assert not (tmp_path / 'nothing').exists()


@pytest.mark.parametrize('name', ['page.html', 'report.html'])
def test_it_is_written_where_it_is_asked_for(leave, tmp_path, name):
    run(leave(), out=tmp_path / name)
    assert (tmp_path / name).is_file()


def test_without_a_checkpoint_there_is_nothing_to_evaluate(leave):
    folder = leave(snapshot=False)
    for checkpoint in folder.glob('*.pth'):
        checkpoint.unlink()
    with pytest.raises(ConfigError, match=r'run: there is no checkpoint \(\*\.pth\) to evaluate'):
        run(folder, evaluate=True)


def test_what_was_evaluated_is_not_evaluated_again(leave):
    folder = leave()
    run(folder, evaluate=True)  # its checkpoints are empty files
    assert (folder / 'report.html').is_file()
