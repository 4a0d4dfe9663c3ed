"""What the labels of a training set hold, before the first iteration, and what the doctor finds in a sample."""

import contextlib
import math
import time
from collections import Counter
from collections.abc import Iterator

from mmcv import dist
from mmcv.utils import ConfigError
from mmseg.datasets.custom import CustomDataset
from mmseg.doctor import look_at_sample
from mmseg.invocation import called
from mmseg.logger import get_root_logger
from mmseg.protocols import LabelledDataset, Samples
from mmseg.samples import offering, sample_files
from mmseg.trees.label_facts import count_values

_SECONDS = 1.8
_ENOUGH = 20  # labels without a class, before it is said to be missing from all
_NAMED = 10  # classes in a line of the log


def check_label_shares(dataset: Samples, ignored_is_meant: bool = False, seconds: float = _SECONDS) -> None:
    """Log each class's share of the labels, as many as can be read in some seconds, and warn of classes without any.

    Of files, warn too of what the doctor finds in some of them. Every rank has to call it; rank 0 reads.

    Args:
        dataset: for training; one that does not give its labels passes.
        ignored_is_meant: whether the ignored value may stand where a class looks to be expected.
        seconds: for reading; at least one label is read of each data set inside.

    Raises:
        ConfigError: the ignored value covers what looks like a class: all labels are ignored, or of two classes one
            never occurs while the ignored value does, as in masks of 0 and 255.
    """
    problem = ''
    if dist.is_main():
        parts = list(offering(dataset, LabelledDataset))
        for part in parts:
            problem = problem or _look_at(part, seconds / len(parts) / 2)
            _ask_doctor(part, seconds / len(parts) / 2)
    problem = dist.broadcast_object(problem)
    if problem and not ignored_is_meant:
        raise ConfigError(problem)


def _look_at(dataset: LabelledDataset, seconds: float) -> str:
    """Log what there is to say; the problem, if the ignored value looks like a class."""
    pixels, read = _count(dataset, seconds)
    total, classes = sum(pixels.values()), dataset.CLASSES
    if not total:
        return ''
    named = sorted(range(len(classes)), key=lambda k: -pixels[k])
    absent = [classes[k] for k in named if not pixels[k]]
    of = f'{read} labels' if read == len(dataset) else f'{read} of {len(dataset)} labels'
    shares = ', '.join(f'{classes[k]} {pixels[k] / total:.2%}' for k in named[:_NAMED] if pixels[k])
    more = f', {len(classes) - _NAMED} more' if len(classes) > _NAMED else ''
    ignored = pixels[dataset.ignore_index] if dataset.ignore_index is not None else 0
    logger = get_root_logger()
    logger.info(f'Shares in {of}: {shares}{more}; {ignored / total:.2%} ignored')
    if not absent:
        return ''
    values = ', '.join(map(str, sorted(pixels)[:_NAMED])) + (', ...' if len(pixels) > _NAMED else '')
    names = ', '.join(absent[:_NAMED]) + (', ...' if len(absent) > _NAMED else '')
    logger.warning(f'In {of} these classes do not occur: {names}. The values that do: {values}')
    enough = read >= min(len(dataset), _ENOUGH)  # one of two classes may be rare
    if ignored and enough and (len(absent) == len(classes) or (len(absent) == 1 and len(classes) == 2)):
        return (f'{of} hold the values {values}, of which {dataset.ignore_index} is ignored, and no pixel of '
                f'{names}: convert the files (0, 1, ...), or set another ignore_index, in the heads too; '
                'ignored_is_meant=True trains all the same')
    return ''


def _ask_doctor(dataset: LabelledDataset, seconds: float) -> None:
    """Log what the doctor finds in a sample of the files."""
    if not isinstance(dataset, CustomDataset):
        return
    files = (sample_files(dataset, index) for index in _spread(len(dataset)))
    pairs = ((one['img'], one['label']) for one in files if 'label' in one)
    for finding in look_at_sample(pairs, dataset.label_mapping(), dataset.ignore_index, seconds):
        get_root_logger().warning(
            f'In a sample: {finding.kind}: {finding.message}: {", ".join(finding.files[:3])}: {finding.mend} (the '
            f'whole data set: {called("doctor")})')


def _count(dataset: LabelledDataset, seconds: float) -> tuple[Counter, int]:
    """Pixels per value, and in how many labels; evenly spread ones where there is no time for all."""
    pixels, read, end = Counter(), 0, time.monotonic() + seconds
    for index in _spread(len(dataset)):
        with contextlib.suppress(OSError, ValueError):  # who trains on it says what is wrong
            pixels.update(count_values(dataset.eval_label(index)))
            read += 1
        if time.monotonic() > end:
            break
    return pixels, read


def _spread(length: int) -> Iterator[int]:
    """All indices, of which those that come first are spread over the whole: steps of about the golden section."""
    step = next(step for step in range(int(length * 0.618), length + 2) if math.gcd(step, length) == 1)
    return (index * step % length for index in range(length))
