"""What users are told to type is there to be typed."""

from pathlib import Path

from mmseg import invocation


def test_of_a_checkout(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    assert invocation.in_checkout()
    assert invocation.called('new-config') == 'python tools/new_config.py'
    assert Path(invocation.called('new-config').removeprefix('python ')).is_file()


def test_of_an_installed_package(monkeypatch, tmp_path):
    monkeypatch.setattr(invocation, '_ROOT', tmp_path)
    assert not invocation.in_checkout()
    assert invocation.called('new-config') == 'mmseg new-config'
