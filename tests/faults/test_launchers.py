"""slurm, mpi, signals to torchrun, and several machines, with the scripts as a user starts them."""

import glob
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from jobs import ROOT, assert_same_result, children_of, free_port, wait_until
from preloaded import preloaded_python

pytestmark = pytest.mark.slow

SRUN = f"""#!{sys.executable}
import os, subprocess, sys
options = dict(arg[2:].split('=', 1) for arg in sys.argv[1:] if arg.startswith('--') and '=' in arg)
tasks, on_node = int(options['ntasks']), int(options['ntasks-per-node'])
start = next(i for i, arg in enumerate(sys.argv) if arg.endswith('python') or 'python' in os.path.basename(arg))
with open(os.environ['SRUN_LOG'], 'w') as file:
    file.write(' '.join(sys.argv[1:start]))
running = [subprocess.Popen(sys.argv[start:], env={{
    **os.environ, 'SLURM_PROCID': str(i), 'SLURM_NTASKS': str(tasks), 'SLURM_LOCALID': str(i % on_node),
    'SLURM_NODELIST': 'localhost', 'SLURM_JOB_ID': os.environ['JOB']}}) for i in range(tasks)]
sys.exit(max(process.wait() for process in running))
"""

SETTINGS = {**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1'}
PIPES = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True}
LONG = """
dist_params = dict(timeout=20)
runner['max_iters'] = 200
checkpoint_config['interval'] = 20
evaluation['interval'] = 95
"""


@pytest.fixture
def start():
    """``start(script, *arguments, cwd=..., **environment)``: one of the shell scripts; it ends with the test."""
    started = []

    def run(script, *arguments, cwd=None, **environment):
        started.append(subprocess.Popen(
            ['bash', str(ROOT / script), *map(str, arguments)], **PIPES,
            env={**SETTINGS, **{name: str(value) for name, value in environment.items()}}, cwd=cwd))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def finish(process, code=0, timeout=300):
    output, errors = process.communicate(timeout=timeout)
    assert process.returncode == code, errors
    return output + errors


@pytest.fixture
def cluster(tmp_path):
    """A folder with ``srun``, for PATH, and where it writes its options to."""
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'bin' / 'srun').write_text(SRUN)
    (tmp_path / 'bin' / 'srun').chmod(0o755)
    job = str(free_port() % 20000)
    return {'PATH': f'{tmp_path / "bin"}:{os.environ["PATH"]}', 'SRUN_LOG': str(tmp_path / 'srun.log'), 'JOB': job}


@pytest.fixture
def preloaded():
    """What is set for processes that nobody looks at or sends a signal to."""
    return dict.fromkeys(('PYTHON', 'PYTHON_EXEC'), preloaded_python())


def test_slurm(make_job, whole, start, cluster, preloaded):
    job = make_job()
    finish(start('tools/slurm_train.sh', 'gpu', 'my_job', job.config, job.work_dir, '--no-validate', GPUS=2,
                 CPUS_PER_TASK=3, SRUN_ARGS='--time=10 --qos=low', **cluster, **preloaded))
    with open(cluster['SRUN_LOG']) as file:
        assert file.read() == ('--partition=gpu --job-name=my_job --gres=gpu:2 --ntasks=2 --ntasks-per-node=2 '
                               '--cpus-per-task=3 --kill-on-bad-exit=1 --time=10 --qos=low')
    assert [job.losses(rank) for rank in (0, 1)] == [whole(ranks=2).losses(rank) for rank in (0, 1)]
    checkpoint = job.work_dir / 'latest.pth'
    finish(start('tools/slurm_test.sh', 'gpu', 'my_test', job.config, checkpoint, '--eval', 'mIoU',
                 '--work-dir', job.folder / 'tested', GPUS=2, **cluster, **preloaded))
    assert list((job.folder / 'tested').glob('eval_single_scale_*.json'))


def test_mpi(make_job, whole):
    job = make_job()
    port = str(free_port())
    running = [subprocess.Popen(
        [preloaded_python(), str(ROOT / 'tools' / 'train.py'), str(job.config), '--work-dir', str(job.work_dir),
         '--launcher', 'mpi', '--dist-backend', 'gloo'], **PIPES,
        env={**SETTINGS, 'OMPI_COMM_WORLD_RANK': str(rank), 'OMPI_COMM_WORLD_SIZE': '2',
             'OMPI_COMM_WORLD_LOCAL_RANK': str(rank), 'MASTER_PORT': port}) for rank in range(2)]
    for process in running:
        finish(process)
    assert_same_result(job, whole(ranks=2), ranks=2)


def test_dist_test(make_job, whole, start, preloaded):
    job = make_job()
    finish(start('tools/dist_test.sh', job.config, whole().work_dir / 'latest.pth', 3, '--eval', 'mIoU', '--work-dir',
                 job.work_dir, '--dist_backend', 'gloo', **preloaded))
    assert list(job.work_dir.glob('eval_single_scale_*.json'))


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_signals_to_the_launcher(make_job, start, number):
    job = make_job(LONG)
    launcher = start('train_dist.sh', job.config, 2, '--work-dir', job.work_dir)
    wait_until(lambda: job.phases(1).count('training') > 3)
    launcher.send_signal(number)
    output = finish(launcher, 143)
    assert 'Traceback' not in output
    assert len(job.losses()) == job.state()['meta']['iter'] < 200


def test_a_mistake_in_the_config_is_code_2(make_job, start, preloaded):
    job = make_job("\nmodel['tpe'] = 1\n")
    output = finish(start('train_dist.sh', job.config, 2, '--work-dir', job.work_dir, **preloaded), 2)
    assert 'tpe' in output
    assert 'Traceback' not in output


@pytest.mark.parametrize('taken', ['PORT', 'NNODES'])
def test_what_cannot_be_started_is_one_line(start, preloaded, taken):
    with socket.socket() as owner:
        owner.bind(('127.0.0.1', 0))
        owner.listen()
        wrong = {'PORT': owner.getsockname()[1], 'NNODES': 'two'}
        output = finish(start('train_dist.sh', 'pspnet_r18-d8_demo', 2, **{**preloaded, taken: wrong[taken]}), 2)
    assert 'error: these processes cannot be started' in output
    assert taken in output
    assert 'Traceback' not in output


def machine(start, job, rank, port, **environment):
    """One of two 'machines', each a torchrun of its own with a folder of its own but one work directory."""
    return start('train_dist.sh', job.config, 1, '--work-dir', job.work_dir, cwd=job.folder, MASTER_ADDR='127.0.0.1',
                 PORT=port, NODE_RANK=rank, **environment)


def test_two_machines(make_job, start, whole):
    job, port = make_job(), free_port()
    machines = [machine(start, job, rank, port, NNODES=2) for rank in (0, 1)]
    for one in machines:
        finish(one)
    assert_same_result(job, whole(ranks=2), ranks=2)


def kill_tree(process):
    """What a power cut does to a machine: its launcher and its worker go at once."""
    workers = children_of(process.pid)
    for pid in [process.pid, *workers]:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize('lost', [0, 1])
def test_two_machines_of_which_one_is_lost(make_job, start, whole, lost):
    """Started again by hand with the same command, the job goes on from its newest checkpoint."""
    job, port = make_job(LONG), free_port()
    machines = [machine(start, job, rank, port, NNODES=2) for rank in (0, 1)]
    wait_until(lambda: job.phases(1).count('training') > 50)
    begin = time.monotonic()
    kill_tree(machines[lost])
    output = machines[1 - lost].communicate(timeout=120)[1]
    assert machines[1 - lost].returncode not in (0, 143), output
    assert time.monotonic() - begin < 20 + 30
    port = free_port()
    machines = [machine(start, job, rank, port, NNODES=2, MAX_RESTARTS=1) for rank in (0, 1)]
    for one in machines:
        assert re.search(r'Resumed from .*iter_\d+\.pth', finish(one)) or one is machines[1]
    assert_same_result(job, whole(LONG, ranks=2), ranks=2)


def test_elastic_job_goes_on_with_the_machines_that_are_left(make_job, start):
    """NNODES=1:2: after the loss of one the other restarts alone, at once, from the newest checkpoint."""
    job, port = make_job(LONG), free_port()
    machines = [machine(start, job, rank, port, NNODES='1:2', MAX_RESTARTS=3) for rank in (0, 1)]
    wait_until(lambda: job.phases(1).count('training') > 50)
    workers = [int(line.split()[1]) for rank in (0, 1) for line in job.phases(rank) if line.startswith('process')]
    keeper = next(i for i in (0, 1) if is_rendezvous(machines[i], port))
    second = machines[1 - keeper]
    assert set(children_of(second.pid)) & set(workers)
    kill_tree(second)
    output = finish(machines[keeper])
    assert 'Resumed from' in output
    assert job.state()['meta']['iter'] == 200


def is_rendezvous(process, port):
    """Whether a launcher listens on the port where the machines meet."""
    sockets = set()
    for table in ('tcp', 'tcp6'):
        with open(f'/proc/net/{table}') as file:
            for line in list(file)[1:]:
                parts = line.split()
                if int(parts[1].rpartition(':')[2], 16) == port and parts[3] == '0A':
                    sockets.add(f'socket:[{parts[9]}]')
    links = []
    for path in glob.glob(f'/proc/{process.pid}/fd/*'):
        try:
            links.append(os.readlink(path))
        except OSError:
            continue
    return bool(sockets & set(links))
