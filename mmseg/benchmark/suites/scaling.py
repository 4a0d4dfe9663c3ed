"""How time grows with the size of the image, the classes, the batch, the processes and the samples."""

import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from mmcv.parallel import MMDistributedDataParallel
from mmseg.benchmark.measurement import Case, Way
from mmseg.benchmark.processes import Processes
from mmseg.datasets import CustomDataset

from .evaluation import evaluation
from .models import EXACT, build, infer, plain, training_batch
from .options import Options

PROCESSES = (1, 2, 4)
FILES = (1_000, 10_000, 100_000, 300_000)


def scaling(options: Options) -> Iterator[Case]:
    """One case per point."""
    for height in (256, 512, 1024):
        yield from infer(options._replace(against=None), (height, 2 * height))
    for batch in (1, 2, 4):
        yield _step(options, (256, 512), batch)
    yield processes_case(options, (256, 512), 2)
    for classes in (2, 19, 150):
        yield from evaluation(options._replace(against=None), (512, 1024), classes)
    for number in FILES:
        yield _index(number)


def _step(options: Options, size: tuple[int, int], batch: int) -> Case:
    net = build(options)
    data = training_batch(net, options.device, size, batch)
    ways = {name: Way(lambda changed=changed: changed.train_step(data, None)['loss'].backward(), options.device)
            for name, changed in {'plain': plain(net).train(), EXACT: net.train()}.items()}
    return Case(f'{options.config}: forward and backward, {batch} x {size}', ways, batch)


def processes_case(options: Options, size: tuple[int, int], batch: int) -> Case:
    """As many images in each process as in one alone: 1.00 times as fast is all that can be reached."""
    there = torch.cuda.device_count() if options.device == 'cuda' else os.cpu_count()
    counts = [count for count in PROCESSES if count <= there]
    threads = max(1, torch.get_num_threads() // counts[-1])
    job = functools.partial(_distributed_step, options, size, batch)
    ways = {f'{count} process{"es" if count > 1 else ""}': Processes(count, job, options.device, threads)
            for count in counts}
    name = f'forward and backward in processes, {batch} x {size} and {threads} threads in each'
    return Case(f'{options.config}: {name}', ways)


def _distributed_step(options: Options, size: tuple[int, int], batch: int, rank: int) -> Callable[[], None]:
    net = build(options).train()
    data = training_batch(net, options.device, size, batch)
    ids = [rank] if options.device == 'cuda' else None
    shared = MMDistributedDataParallel(net, device_ids=ids, broadcast_buffers=False)
    return lambda: shared.train_step(data, None)['loss'].backward()


def _index(number: int) -> Case:
    """Building a data set from its folders, every image with its label."""
    folder = tempfile.TemporaryDirectory()
    for part, suffix in (('images', '.jpg'), ('labels', '.png')):
        Path(folder.name, part).mkdir()
        for i in range(number):
            Path(folder.name, part, f'frame_{i:06}{suffix}').touch()

    def run() -> None:
        CustomDataset([], img_dir='images', ann_dir='labels', data_root=folder.name, classes=('a', 'b'))

    return Case(f'data set of {number} samples, indexed', {'index': Way(run)}, number)
