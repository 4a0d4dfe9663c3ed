"""The checks at the start of a run: every part is asked once, and what is wrong is said in one line each."""

import contextlib
import inspect
import re
from collections.abc import Iterable, Iterator, Sequence

from torch import nn
from torch.utils.data import DataLoader

from mmcv.checkpoint import CheckpointError, unwrap
from mmcv.runner import BaseRunner
from mmcv.utils import ConfigErrors
from mmcv.utils.origins import children, join_path
from mmseg.checks import Facts, Problem, check_part
from mmseg.evaluation.eval_hooks import EvalHook
from mmseg.logger import get_root_logger
from mmseg.models.segmentors import BaseSegmentor
from mmseg.protocols import Samples
from mmseg.settings import Settings

from .facts import facts_of, first_sample, image_sizes

_LOADED_BY = {'img': 'LoadImageFromFile', 'gt_semantic_seg': 'LoadAnnotations'}


def check_model_and_data(settings: Settings, model: nn.Module, datasets: Sequence[Samples]) -> None:
    """Ask the model and the data sets that it is to be trained on.

    Raises:
        ConfigErrors: one line for each problem; warnings are logged.
    """
    facts = facts_of(datasets[0]) if datasets else Facts()
    problems = check_part(model, facts, 'model')
    problems += _what_samples_lack(model, facts)
    if facts.num_classes == 1:
        problems.append(Problem(
            'data.train.classes', 'has one class: every pixel that counts is of it, so that nothing can be learned',
            "name two, classes=['background', ...], with num_classes=2 in the heads (out_channels=1 for one logit)"))
    for section, dataset in zip(('data.train', 'data.val'), datasets):
        own = facts if dataset is datasets[0] else facts_of(dataset)
        problems += [_as_configured(settings, problem) for problem in check_part(dataset, own, section)]
    report(settings, problems)


def check_runner(settings: Settings, runner: BaseRunner) -> None:
    """Ask the runner, its hooks, and the evaluation that they begin.

    Raises:
        ConfigErrors: one line for each problem; warnings are logged.
    """
    problems = check_part(runner, Facts(), 'runner')
    if runner.max_iters is None and runner.max_epochs is None:
        problems.append(Problem('runner.max_iters', 'is missing', "write runner = dict(type='IterBasedRunner', "
                                'max_iters=40000), or max_epochs for one that counts epochs'))
    for hook in runner.hooks:
        evaluates = isinstance(hook, EvalHook)
        problems += check_part(hook, Facts(), 'evaluation' if evaluates else 'custom_hooks')
        if evaluates:
            problems += [*_mixed_batches(hook.dataloader), *_what_predictions_lack(runner.model, hook.dataloader)]
    report(settings, problems)


@contextlib.contextmanager
def naming_checkpoints(settings: Settings) -> Iterator[None]:
    """Put the key, and where it was set, before what is said of a checkpoint that the config names."""
    try:
        yield
    except CheckpointError as error:
        text = str(error)
        key = next((key for key, value in _texts(settings.config._cfg_dict) if text.startswith(f'{value}: ')), None)
        if key is not None:
            error.args = (': '.join(filter(None, (settings.config.origin(key), key, text))),)
        raise


def _texts(node: object, path: str = '') -> Iterator[tuple[str, str]]:
    """Every text in a config, by its dotted key."""
    for name, value in children(node):
        key = join_path(path, name)
        if isinstance(value, str) and value:
            yield key, value
        yield from _texts(value, key)


def report(settings: Settings, problems: Iterable[Problem]) -> None:
    """Log the warnings among the problems, and raise the rest.

    Raises:
        ConfigErrors: with a line for each.
    """
    found = dict.fromkeys(problems)  # data sets made of one config find the same
    lines = {problem: f'{_origin(settings, problem.key)}: {problem.key} {problem.message}: {problem.mend}'
             for problem in found}
    for problem, line in lines.items():
        if problem.warning:
            get_root_logger().warning(line)
    errors = [line for problem, line in lines.items() if not problem.warning]
    if errors:
        raise ConfigErrors(*errors)


def _origin(settings: Settings, key: str) -> str:
    first = re.split(r'[.\[]', key)[0]
    where = settings.config.origin(key) if first in settings.config else None
    return where or settings.config.filename or 'config'


def _as_configured(settings: Settings, problem: Problem) -> Problem:
    """A problem within a joined data set whose config has no ``datasets``: it is a list, or has lists of folders."""
    match = re.fullmatch(r'(data\.\w+)\.datasets(\[\d+\])(.*)', problem.key)
    if not match:
        return problem
    section = settings.data[match[1].split('.')[1]]
    if isinstance(section, (list, tuple)):
        return Problem(f'{match[1]}{match[2]}{match[3]}', problem.message, problem.mend, problem.warning)
    if 'datasets' not in section:
        return Problem(f'{match[1]}{match[3]}', problem.message, problem.mend, problem.warning)
    return problem


def _what_samples_lack(model: nn.Module, facts: Facts) -> Iterator[Problem]:
    """Fields that the model is trained with, and images of another form than it takes."""
    if facts.missing in _LOADED_BY:
        yield Problem('data.train.pipeline', f'has a transform that needs {facts.missing!r}, and none before it loads '
                      'that', f'put dict(type={_LOADED_BY[facts.missing]!r}) at its beginning')
    if facts.fields is None or type(model).train_step is not BaseSegmentor.train_step:
        return
    needed = ['img', 'img_metas', *_needed_labels(model)]
    lacking = [name for name in needed if name not in facts.fields]
    labels = ', '.join(map(repr, needed[2:]))
    if lacking:
        yield Problem('data.train.pipeline', f'gives samples without {", ".join(lacking)}',
                      f"end it with dict(type='DefaultFormatBundle'), dict(type='Collect', keys=['img', {labels}])")
    elif not facts.formatted:
        yield Problem('data.train.pipeline', 'gives images (H, W, C)', "put dict(type='DefaultFormatBundle') before "
                      'Collect, which makes (C, H, W) of them')


def _needed_labels(model: BaseSegmentor) -> list[str]:
    """The arguments of training without a default, after images and what is known of them."""
    parameters = list(inspect.signature(model.forward_train).parameters.values())[2:]
    return [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD and one.default is one.empty]


def _what_predictions_lack(model: nn.Module, loader: DataLoader) -> Iterator[Problem]:
    if type(unwrap(model)).forward is not BaseSegmentor.forward:
        return
    sample, _ = first_sample(loader.dataset)
    lacking = [name for name in ('img', 'img_metas') if sample is not None and name not in sample]
    if lacking:
        yield Problem('data.val.pipeline', f'gives samples without {", ".join(lacking)}',
                      "end it with dict(type='ImageToTensor', keys=['img']), dict(type='Collect', keys=['img'])")


def _mixed_batches(loader: DataLoader) -> Iterator[Problem]:
    """Images of different sizes, several of which are to be predicted at a time."""
    if (loader.batch_size or 1) == 1:
        return
    sizes = image_sizes(loader.dataset)
    first = next(iter(sizes), None)
    other = next((path for path in sizes if sizes[path] != sizes[first]), None)
    if other is not None:
        yield Problem('data.val_dataloader.samples_per_gpu',
                      f'is {loader.batch_size}, but images of different sizes cannot be predicted together: '
                      f'{first} has {_by(sizes[first])}, {other} has {_by(sizes[other])}', 'set it to 1')


def _by(size: tuple[int, int]) -> str:
    return f'{size[0]}x{size[1]}'
