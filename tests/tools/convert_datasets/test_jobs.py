"""Jobs: kills, restarts, worker processes, refusals, archives that reach outside."""

import os
import signal
import subprocess

import pytest
from preloaded import preloaded_python

KILLED_AT_THE_FOURTH_RENAME = """

import os, runpy, signal, sys
rename, count = os.replace, [0]
def replace(source, target):
    count[0] += 1
    if count[0] == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    rename(source, target)
os.replace = replace
sys.path.insert(0, os.path.dirname(sys.argv[1]))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


@pytest.fixture
def areas(draw, tmp_path):
    """A Potsdam of two areas, six windows of 16 each in images and labels."""
    for area in ('2_10', '7_13'):
        draw.files(tmp_path / 'in', {
            f'top_potsdam_{area}_RGB.tif': draw.photo(30, 40),
            f'top_potsdam_{area}_label.tif': draw.labels(30, 40, [0, 255])[..., None].repeat(3, 2)})
    return tmp_path / 'in'


def contents(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob('*')) if path.is_file()}


def test_killed_while_writing_and_started_again(convert, scripts, areas, tmp_path):
    argv = [areas, '--clip_size', 16, '-o']
    assert convert('potsdam', *argv, tmp_path / 'whole')[0] == 0
    whole = contents(tmp_path / 'whole')
    assert len(whole) == 24

    command = [preloaded_python(), '-c', KILLED_AT_THE_FOURTH_RENAME, scripts / 'potsdam.py', *argv, tmp_path / 'out',
               '--nproc=1']
    killed = subprocess.run(list(map(str, command)), capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = contents(tmp_path / 'out')
    part = [name for name in left if name.endswith('.tmp')]
    assert len(part) == 1
    assert os.path.basename(part[0]).startswith('.')  # no data set takes it for a sample
    assert {name: data for name, data in left.items() if name not in part}.items() <= whole.items()
    assert len(left) == 4

    out = convert('potsdam', *argv, tmp_path / 'out')[1]
    assert 'done: 21 files written, 3 there already, 0 sources refused' in out
    assert contents(tmp_path / 'out') == whole


def test_a_finished_file_is_made_again_only_on_demand(convert, areas, tmp_path):
    argv = [areas, '--clip_size', 16, '-o', tmp_path / 'out']
    convert('potsdam', *argv)
    whole = contents(tmp_path / 'out')
    marked = tmp_path / 'out' / next(iter(whole))
    marked.write_bytes(b'mark')

    assert 'done: 0 files written, 24 there already' in convert('potsdam', *argv)[1]
    assert marked.read_bytes() == b'mark'
    assert 'done: 24 files written, 0 there already' in convert('potsdam', *argv, '--overwrite')[1]
    assert contents(tmp_path / 'out') == whole


def test_worker_processes_from_any_folder(convert, scripts, areas, tmp_path):
    (tmp_path / 'elsewhere/mmcv').mkdir(parents=True)
    (tmp_path / 'elsewhere/mmcv/__init__.py').write_text('raise ImportError("another mmcv has won")')
    (areas / 'top_potsdam_2_10_label.tif').write_bytes(b'')
    argv = [str(areas), '--clip_size=16', '-o', 'out']

    done = subprocess.run(
        [preloaded_python(), str(scripts / 'potsdam.py'), *argv, '--nproc=2'], cwd=tmp_path / 'elsewhere',
        env=os.environ | {'PYTHONPATH': str(tmp_path / 'elsewhere')}, capture_output=True, text=True)

    assert done.returncode == 1, done.stderr
    assert 'done: 18 files written, 0 there already, 1 sources refused (1 unreadable)' in done.stdout
    assert convert('potsdam', *argv[:2], '-o', tmp_path / 'one')[0] == 1
    assert contents(tmp_path / 'elsewhere/out') == contents(tmp_path / 'one')


def test_a_full_disk_is_an_error_and_no_refusal(convert, areas, tmp_path):
    (tmp_path / 'out').write_text('a file where the folder should be')
    code, out, err = convert('potsdam', areas, '--clip_size', 16, '-o', tmp_path / 'out')
    assert code == 2
    assert err.startswith('error: ')
    assert 'done' not in out


def test_archives_cannot_reach_outside(convert, draw, tree, tmp_path):
    (tmp_path / 'in').mkdir()
    (tmp_path / 'absolute').mkdir()
    archive = draw.zip(tmp_path / 'in/evil.zip', {
        '../../evil/Image_01L.jpg': draw.photo(4, 4), f'{tmp_path}/absolute/Image_02L.jpg': draw.photo(4, 4),
        '__MACOSX/Image_03L.jpg': draw.photo(4, 4), '._Image_04L.jpg': draw.photo(4, 4),
        'Image_01L_1stHO.png': draw.labels(4, 4, [0, 255])})

    convert('chase_db1', archive, '-o', tmp_path / 'in/out')

    assert tree(tmp_path) == [
        'in/evil.zip', 'in/out/annotations/training/Image_01L_1stHO.png', 'in/out/images/training/Image_01L.png',
        'in/out/images/training/Image_02L.png']


def test_only_so_many_refusals_are_shown(convert, draw, tmp_path):
    draw.zip(tmp_path / 'broken.zip', {f'Image_{number:02}L.jpg': b'' for number in range(1, 29)} | {
        'Image_01L_1stHO.png': draw.labels(4, 4, [0, 255])})

    code, out, _ = convert('chase_db1', tmp_path / 'broken.zip', '-o', tmp_path / 'out')

    assert code == 1
    assert out.count('refused: ') == 21
    assert 'refused: 9 more' in out
    assert '29 sources refused (29 unreadable)' in out
