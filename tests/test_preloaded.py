"""A preloaded ``python`` does what the interpreter does: each thing is asked of both."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from preloaded import MODULES, Server

pytestmark = pytest.mark.skipif(sys.platform != 'linux', reason='the server needs pidfd_open')
LIGHT = ('json',)
SHOW = """
import os, sys
print(sys.argv, sys.path, os.getcwd(), __name__, __spec__ and __spec__.name, globals().get("__file__"))"""
WAITS = """
import os, signal, sys, time
def said(number, frame):
    os.write(1, signal.Signals(number).name.encode())
    sys.exit(7)
signal.signal(signal.SIGTERM, said)
signal.signal(signal.SIGUSR1, said)
print('ready', flush=True)
time.sleep(60)
"""


@pytest.fixture(scope='module')
def server():
    server = Server(os.environ, LIGHT)
    yield server
    server.close()


@pytest.fixture(scope='module')
def python(server, tmp_path_factory):
    path = tmp_path_factory.mktemp('a folder') / 'python'
    return shutil.copy(server.python, path)


@pytest.fixture
def both(python):
    """``both(*words, **settings)``: what the preloaded one does, once it is known that the other does the same."""

    def ask(*words, **settings):
        done = [subprocess.run([program, *map(str, words)], capture_output=True, text=True, **settings)
                for program in (python, sys.executable)]
        told = [(run.returncode, run.stdout, run.stderr) for run in done]
        assert told[0] == told[1]
        return done[0]

    return ask


def is_forked(python, server, *words, **settings):
    said = subprocess.check_output([python, *words], text=True, **settings)
    return int(said) == server.process.pid


PARENT = 'import os; print(os.getppid())'


@pytest.mark.parametrize('code', [
    'pass', 'raise SystemExit', 'raise SystemExit(3)', 'raise SystemExit("no")', 'import os; os._exit(259)', '1 / 0',
    'import', 'import signal, os; os.kill(os.getpid(), 9)', 'import os; os.abort()',
    'def f():\n    raise ValueError("x")\nf()', 'import atexit; atexit.register(print, "end"); print("first", end="")',
    'import threading, time; threading.Timer(0.1, print, ["late"]).start()'])
def test_ends_as_the_interpreter_does(both, tmp_path, code):
    (tmp_path / 'script.py').write_text(code)
    both('script.py', cwd=tmp_path)


def test_an_interrupt_is_one(python):
    for program in (python, sys.executable):
        done = subprocess.run([program, '-c', 'raise KeyboardInterrupt'], capture_output=True, text=True)
        assert done.returncode == -signal.SIGINT
        assert done.stderr.endswith('KeyboardInterrupt\n')


def test_arguments_and_paths(both, tmp_path):
    (tmp_path / 'folder').mkdir()
    script = tmp_path / 'folder' / 'script.py'
    script.write_text(f'import beside\n{SHOW}')
    (tmp_path / 'folder' / 'beside.py').write_text('print(__name__)')
    (tmp_path / 'link.py').symlink_to(script)
    for way in ([script], ['folder/script.py'], ['link.py'], ['-c', SHOW], ['-m', 'script']):
        for path in (None, 'folder', f'{tmp_path}/folder::nowhere:folder'):
            environment = {**os.environ, 'PYTHONPATH': path} if path else os.environ
            both(*way, '-a', 'two words', '', cwd=tmp_path, env=environment)


def test_a_module(both, tmp_path):
    assert both('-m', 'json.tool', input='[1]').stdout == '[\n    1\n]\n'
    assert both('-m', 'json.tool', '--wrong').returncode == 2
    assert 'No module named' in both('-m', 'no_such_module').stderr
    (tmp_path / 'package').mkdir()
    (tmp_path / 'package' / '__main__.py').write_text('from . import part\nimport sys; print(sys.argv)')
    (tmp_path / 'package' / 'part.py').write_text('print(__name__, __package__)')
    assert both('-m', 'package', 'word', cwd=tmp_path).returncode == 0


def test_streams(both, python, tmp_path):
    assert both('-c', 'import sys; print(input()); print("error", file=sys.stderr)', input='ä\n').stdout == 'ä\n'
    assert both('-', 'word', input='import sys; print(sys.argv)').stdout == "['-', 'word']\n"
    both('-u', '-c', 'import os, sys; print(sys.argv, end=""); print(1, end="", file=sys.stderr); os._exit(0)', 'word')
    with open(tmp_path / 'file', 'w') as file:
        subprocess.run([python, '-c', 'import os; os.system("echo of a child")'], stdout=file, check=True)
    assert (tmp_path / 'file').read_text() == 'of a child\n'


def test_environment(both):
    show = 'import os; print(sorted(os.environ.items()), flush=True); os.system("echo $MINE")'
    assert both('-c', show, env={**os.environ, 'MINE': 'here'}).stdout.endswith('here\n')


def test_main_is_the_program(both, tmp_path):
    """For pickling, and for processes that are started anew."""
    (tmp_path / 'script.py').write_text("""
import multiprocessing, pickle
class Mine:
    pass
def work(x):
    return type(x).__name__
if __name__ == '__main__':
    print(pickle.loads(pickle.dumps(Mine())).__class__ is Mine)
    for method in ('fork', 'spawn'):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(pool.map(work, [Mine()]))
""")
    assert both('script.py', cwd=tmp_path).stdout == "True\n['Mine']\n['Mine']\n"


def test_programs_do_not_share_chance(python):
    show = 'import random; print(random.random())'
    assert len({subprocess.check_output([python, '-c', show]) for _ in range(3)}) == 3


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGUSR1])
def test_signals_are_passed_on(python, number):
    process = subprocess.Popen([python, '-c', WAITS], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == 'ready\n'
    process.send_signal(number)
    assert process.communicate(timeout=30)[0] == number.name
    assert process.returncode == 7


def test_a_signal_is_passed_on_by_a_client_that_ignores_it(python):
    """As what a shell without jobs starts in the background ignores interrupts, until it has a handler."""
    handles = WAITS.replace('SIGUSR1', 'SIGINT')
    ignores = ['sh', '-c', 'trap "" INT; exec "$0" -c "$1"', python, handles]
    process = subprocess.Popen(ignores, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == 'ready\n'
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[0] == 'SIGINT'
    assert process.returncode == 7


def test_a_signal_that_ends_it_ends_the_client(python):
    process = subprocess.Popen([python, '-c', 'import time; print(flush=True); time.sleep(60)'], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM


def is_alive(process):
    stat = Path(f'/proc/{process}/stat')
    return stat.exists() and stat.read_text().rpartition(')')[2].split()[0] not in 'ZX'


def wait_for_end(process):
    end = time.monotonic() + 30
    while is_alive(process):
        assert time.monotonic() < end
        time.sleep(0.01)


SLEEPS = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'


def test_ends_with_its_client(python):
    client = subprocess.Popen([python, '-c', SLEEPS], stdout=subprocess.PIPE, text=True)
    process = int(client.stdout.readline())
    assert process != client.pid
    client.kill()
    client.communicate()
    wait_for_end(process)


def test_ends_with_the_server(tmp_path):
    server = Server(os.environ, ())
    shutil.copy(server.python, tmp_path)
    client = subprocess.Popen(['sh', tmp_path / 'python', '-c', SLEEPS], stdout=subprocess.PIPE, text=True)
    process = int(client.stdout.readline())
    server.close()
    assert not is_alive(process)
    assert client.wait(30) == -signal.SIGKILL
    client.stdout.close()
    assert subprocess.check_output(['sh', tmp_path / 'python', '-c', 'print(1)']) == b'1\n'  # by the real interpreter


def test_several_at_once(python, server):
    running = [subprocess.Popen([python, '-c', f'import time; time.sleep({(4 - i) / 20}); raise SystemExit({i})'])
               for i in range(5)]
    assert [process.wait(30) for process in running] == [0, 1, 2, 3, 4]


def test_what_a_fork_cannot_be_is_left_to_the_interpreter(python, server, both, tmp_path):
    assert is_forked(python, server, '-c', PARENT)
    assert is_forked(python, server, '-c', PARENT, env={**os.environ, 'RANK': '0', 'PYTHONPATH': 'here', 'PYTHON': 'x'})
    for name in ('OMP_NUM_THREADS', 'CUDA_VISIBLE_DEVICES', 'PYTHONHASHSEED', 'TORCH_LOGS', 'LC_ALL'):
        assert not is_forked(python, server, '-c', PARENT, env={**os.environ, name: '3' if 'LC' not in name else 'C'})
    assert is_forked(python, server, '-u', '-c', PARENT)
    assert not is_forked(python, server, '-B', '-c', PARENT)
    assert not is_forked(python, server, '-c', PARENT, '--multiprocessing-fork')
    assert both('-V').stdout.startswith('Python 3')
    assert both('no_such.py', cwd=tmp_path).returncode == 2
    assert both(input='print(1)').stdout == '1\n'


@pytest.mark.slow
def test_torch_is_there_and_no_thread():
    server = Server({**os.environ, 'OMP_NUM_THREADS': '1'}, MODULES)
    try:
        show = ('import os, sys; print(os.listdir(f"/proc/{os.getppid()}/task") == [str(os.getppid())], '
                '"torch" in sys.modules, [name for name in sys.modules if name.startswith(("mmcv", "mmseg"))])')
        said = subprocess.check_output([server.python, '-c', show], text=True,
                                       env={**os.environ, 'OMP_NUM_THREADS': '1'})
        assert said == 'True True []\n'
    finally:
        server.close()
