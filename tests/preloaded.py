"""``python`` programs that start at once: a server has imported what takes seconds, and forks for each of them.

A :class:`Server` has such a program. It hands its arguments, folder, environment and standard streams to
the server, passes signals on to the process that the server forks, and ends as that one does. What it cannot have so it
becomes by the real interpreter: other options than ``-c``, ``-m`` and ``-u``, an environment that counts while the
interpreter or torch is loaded, or no server.

Other than in a process of its own, the parent is the server, and session and process group are new ones.
"""

import marshal  # what the client does not need is imported where it is used: the client is to start in no time
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Mapping

#: What takes time, and none of the project: of which checkout that is, each program says itself.
MODULES = ('torch', 'torch._dynamo', 'torch.distributed.fsdp', 'torch.distributed.run', 'cv2', 'PIL.PngImagePlugin',
           'PIL.ImageOps', 'matplotlib.pyplot', 'jinja2', 'prettytable', 'concurrent.futures.process')
#: Variables that count while an interpreter starts, or while torch, OpenMP, OpenCV or matplotlib is loaded.
_AT_START = (r'PYTHON(?!PATH$|_EXEC$|$)|TORCH(?!ELASTIC_|_NCCL_|INDUCTOR_CACHE_DIR)|PYTORCH|CUDA_|NVIDIA_|OMP_|GOMP_|'
             r'KMP_|MKL_|OPENBLAS_|ATEN_|DNNL_|ONEDNN_|OPENCV_|NPY_|MPL|LD_|LC_|LANG|MALLOC_|GLIBC_')
_BYTES = 4  # of each number that goes through the socket
_REFUSED = 0  # where a process identifier could stand


class Server:
    """A Python that has imported what takes time and forks programs; it ends with this process at the latest.

    Args:
        environment: the server's. Programs whose own says else to OpenMP, CUDA and the like are not forked.
        modules: what it imports, where it is installed.

    Attributes:
        python: the path of the program, which goes with the server; copies of it then are the real interpreter.
    """

    def __init__(self, environment: 'Mapping[str, str]', modules: 'Iterable[str]' = MODULES) -> None:
        import shlex
        import socket
        import subprocess
        import tempfile

        self._folder = tempfile.TemporaryDirectory(prefix='python-')  # the path of a socket has to be short
        path, self.python = (os.path.join(self._folder.name, name) for name in ('socket', 'python'))
        client = [sys.executable, '-I', '-S', os.path.abspath(__file__), 'call', path, sys.executable]
        with open(os.open(self.python, os.O_WRONLY | os.O_CREAT, 0o755), 'w') as file:
            file.write(f'#!/bin/sh\nexec {shlex.join(client)} "$@"\n')
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(64)  # clients that come before the imports are done wait
            self.process = subprocess.Popen(
                [sys.executable, os.path.abspath(__file__), 'serve', str(listener.fileno()), *modules],
                env={name: value for name, value in environment.items() if name != 'PYTHONPATH'},
                stdin=subprocess.PIPE, pass_fds=[listener.fileno()], start_new_session=True)

    def close(self) -> None:
        """End the server, and the programs that still run."""
        self.process.communicate()
        self._folder.cleanup()


_of_the_tests: 'list[Server]' = []


def preloaded_python() -> str:
    """The path of such a program, for tests that ask nothing of what an interpreter has loaded.

    All tests of a process share its server, which is started by the first and ends with them.
    """
    if not _of_the_tests:
        _of_the_tests.append(Server(os.environ))
    return _of_the_tests[0].python


def call(path: str, python: str, *words: str) -> None:
    """The client: ``python WORDS`` by the server at a path, or in place of this process."""
    import _signal
    import _socket

    passed_on = {_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2}
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, passed_on)  # until it is known to whom
    server = _socket.socket(_socket.AF_UNIX)
    try:
        server.connect(path)
        streams = b''.join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
        request = marshal.dumps((words, os.getcwd(), dict(os.environ)))
        server.sendmsg([len(request).to_bytes(_BYTES, 'big')], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
        server.sendall(request)
        process = int.from_bytes(server.recv(_BYTES), 'big')
    except OSError:
        process = _REFUSED
    if process == _REFUSED:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
        os.execv(python, [python, *words])
    for number in passed_on:  # those that are ignored here as well: the process may have a handler of its own
        _signal.signal(number, lambda number, _: os.kill(process, number))
    _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
    status = server.recv(_BYTES)
    _leave(os.waitstatus_to_exitcode(int.from_bytes(status, 'big')) if status else 1)


def serve(listener: 'socket.socket', started: 'Mapping[str, str]') -> list[str]:
    """Fork a process for each client, tell the client how it ends, and end it when the client has gone.

    Args:
        listener: where they come.
        started: the environment before modules were imported, some of which change it.

    Returns:
        In such a process alone, which has taken on all else of its client: the arguments of ``python``.
    """
    import gc
    import select
    import signal
    from contextlib import suppress

    running = []
    gc.freeze()  # what is there stays, and collections need not touch its pages
    while True:
        poll = select.poll()
        poll.register(0, 0)  # whoever has started the server holds the other end
        poll.register(listener, select.POLLIN)
        for _, end, client in running:
            poll.register(end, select.POLLIN)
            poll.register(client, select.POLLRDHUP)
        ready = {number for number, _ in poll.poll()}
        for program in running[:]:
            process, end, client = program
            if 0 in ready or client.fileno() in ready:
                os.kill(process, signal.SIGKILL)
            if 0 in ready or end in ready:
                status = os.waitpid(process, 0)[1]
                with client, suppress(OSError):  # it may have gone
                    client.send(status.to_bytes(_BYTES, 'big'))
                os.close(end)
                running.remove(program)
        if 0 in ready:
            os._exit(0)
        if listener.fileno() in ready:
            client = listener.accept()[0]
            if (process := os.fork()) == 0:
                for other in [listener, *(client for _, _, client in running)]:
                    other.close()
                return _take_on(client, started)
            running.append((process, os.pidfd_open(process), client))


def _take_on(client: 'socket.socket', started: 'Mapping[str, str]') -> list[str]:
    """Refuse and end, or be what the client asks for; the arguments of ``python``."""
    import socket

    size, streams, _, _ = socket.recv_fds(client, _BYTES, 3)
    words, folder, environment = marshal.loads(client.recv(int.from_bytes(size, 'big'), socket.MSG_WAITALL))
    words = list(words)
    if not _can_run(words, folder) or _at_start(environment) != _at_start(started):
        client.send(_REFUSED.to_bytes(_BYTES, 'big'))
        os._exit(0)
    os.setsid()  # one that signals its process group must not end the server
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    client.send(os.getpid().to_bytes(_BYTES, 'big'))
    client.close()
    return words


def _can_run(words: list[str], folder: str) -> bool:
    """Whether :func:`run` knows these arguments; what multiprocessing says to its interpreters is for new ones."""
    if words[:1] == ['-u']:
        words = words[1:]
    if not words or '--multiprocessing-fork' in words:
        return False
    if words[0] in ('-c', '-m'):
        return len(words) > 1
    return words[0] == '-' or (words[0].endswith('.py') and os.path.isfile(os.path.join(folder, words[0])))


def _at_start(environment: 'Mapping[str, str]') -> dict[str, str]:
    import re

    return {name: value for name, value in environment.items() if re.match(_AT_START, name)}


def run(words: list[str]) -> None:
    """What a new interpreter does by its arguments; streams, folder and environment are there.

    Other than by an interpreter, modules are not taken apart at the end, which takes longer than all else here.
    """
    import atexit
    import threading

    code = 0
    words = _begin(words)
    try:
        _execute(words)
    except SystemExit as end:
        code = end.code or 0
        if not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next.tb_next  # without the lines of this file
        sys.excepthook(type(error), error, error.__traceback__)
        code = -2 if isinstance(error, KeyboardInterrupt) else 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:
            stream.flush()
    _leave(code)


def _begin(words: list[str]) -> list[str]:
    """What is set up before the first line; the arguments without ``-u``."""
    import io
    import site
    import types

    sys.orig_argv = [sys.executable, *words]
    if words[0] == '-u':
        words = words[1:]
        for name in ('stdout', 'stderr'):
            old = getattr(sys, name)
            raw = io.FileIO(old.fileno(), 'w', closefd=False)
            setattr(sys, name, io.TextIOWrapper(raw, old.encoding, old.errors, write_through=True))
    what = words[0]
    sys.argv = words[1:] if what == '-m' else words[:1] + words[2:] if what == '-c' else words
    if path := os.environ.get('PYTHONPATH'):
        sys.path[:0] = path.split(os.pathsep)
    site.removeduppaths()
    sys.path.insert(0, {'-m': os.getcwd(), '-c': '', '-': ''}.get(what, os.path.dirname(os.path.realpath(what))))
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    main = sys.modules['__main__'] = types.ModuleType('__main__')
    main.__builtins__ = __builtins__
    return words


def _execute(words: list[str]) -> None:
    import runpy

    main = vars(sys.modules['__main__'])
    if words[0] == '-m':
        runpy._run_module_as_main(words[1])
    elif words[0] == '-c':
        exec(compile(words[1], '<string>', 'exec', dont_inherit=True), main)
    elif words[0] == '-':
        exec(compile(sys.stdin.read(), '<stdin>', 'exec', dont_inherit=True), main)
    else:
        main['__file__'] = os.path.abspath(words[0])
        with open(words[0], 'rb') as file:
            source = file.read()
        exec(compile(source, main['__file__'], 'exec', dont_inherit=True), main)


def _leave(code: int) -> None:
    """End with an exit code, or by a signal where it is negative."""
    if code >= 0:
        os._exit(code & 0xff)
    import _signal

    if code != -_signal.SIGKILL:
        _signal.signal(-code, _signal.SIG_DFL)
    os.kill(os.getpid(), -code)


if __name__ == '__main__':
    if sys.argv[1] == 'call':
        call(*sys.argv[2:])
    else:
        import importlib
        import socket
        from contextlib import suppress

        del sys.path[0]  # of this file
        environment = dict(os.environ)
        os.close(os.pidfd_open(os.getpid()))  # where there is no such thing, the server ends before it has a client
        for name in sys.argv[3:]:
            with suppress(ImportError):
                importlib.import_module(name)
        run(serve(socket.socket(fileno=int(sys.argv[2])), environment))
