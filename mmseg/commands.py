"""The commands by name: what each is for, and where its work lies.

``mmseg train CONFIG``, ``python -m mmseg train CONFIG`` and ``python tools/train.py CONFIG`` are one command.
``--help`` and wrong arguments are answered before anything is imported that takes its time.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn, Protocol

from mmcv.utils import choose_threads, did_you_mean
from mmseg.cli import run_tool


class Command(NamedTuple):
    """What is known of a command without its module.

    Attributes:
        module: a :class:`Work`.
        example: arguments to try it with.
        summary: what it is for: a short sentence, and then what else ``--help`` says.
    """

    module: str
    example: str
    summary: str


class Work(Protocol):
    """The module of a command."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Tell the parser the arguments."""

    def main(self, args: argparse.Namespace) -> None:
        """Do the work."""


COMMANDS = {
    'train': Command('mmseg.cli.train', 'pspnet_r18-d8_demo --work-dir work_dirs/demo', 'Train a segmentor.'),
    'test': Command(
        'mmseg.cli.test', 'pspnet_r18-d8_demo work_dirs/demo/latest.pth --eval mIoU', 'Test and evaluate a segmentor.'),
    'predict': Command(
        'mmseg.predict.command', 'pspnet_r18-d8_demo work_dirs/demo/latest.pth photos --out predictions',
        'Write masks and overlays of images, videos and GeoTIFFs. They may be of any size, and there are probabilities '
        'and confidences, too. Exit code 0: all were predicted; 1: some could not be, and are named; 2: none.'),
    'doctor': Command(
        'mmseg.doctor.command', 'photos_and_masks --html findings.html',
        'Say what is wrong with a data set, and what fits it in a config. Exit code 0: sound; 1: warnings; 2: errors.'),
    'new-config': Command(
        'mmseg.new_config.command', 'photos_and_masks --model pspnet_r18-d8 --out configs/mine.py',
        'Write a config for a folder of images and labels.'),
    'report': Command(
        'mmseg.report.command', 'work_dirs/demo',
        'Make the page of a run, or of several side by side. It has curves, scores of the classes with their '
        'intervals, confusions, pictures, calibration and the config.'),
    'serve': Command(
        'mmseg.serve.command', 'pspnet_r18-d8_demo work_dirs/demo/latest.pth --port 8000',
        'Show a page to try a model on, and answer POST /predict. That is with masks (PNG), or with the shares of the '
        'classes (Accept: application/json). Nothing is stored.'),
    'print-config': Command('mmseg.cli.print_config', 'pspnet_r18-d8_demo --origin', 'Print a resolved config.'),
    'browse': Command(
        'mmseg.browse.command', 'pspnet_r18-d8_demo --page samples.html',
        'Show augmented samples of the training set with their labels.'),
    'analyze-logs': Command(
        'mmseg.logs.command', 'work_dirs/demo --keys mIoU loss --out curves.png',
        'Draw curves of training logs, and print their best and last values.'),
    'confusion-matrix': Command(
        'mmseg.confusion.command', 'pspnet_r18-d8_demo results.pkl confusions',
        'Draw which classes are taken for which in the label maps of a test.'),
    'model-ensemble': Command(
        'mmseg.ensemble.command', '--config A.py B.py --checkpoint A.pth B.pth --out results',
        'Predict by several models together, by their mean probabilities.'),
    'benchmark': Command(
        'mmseg.benchmark.command', 'infer --rounds 5',
        'Measure each way of doing a piece of work beside the plain one. Of CONFIG CHECKPOINT instead: frames per '
        'second of that model.'),
    'get-flops': Command(
        'mmseg.cli.get_flops', 'pspnet_r50-d8_512x1024_40k_cityscapes --shape 512 1024',
        "Count what one forward pass of a config's model costs."),
    'export': Command(
        'mmseg.export.command', 'pspnet_r18-d8_demo work_dirs/demo/latest.pth --format onnx',
        'Write a model to a file that runs without this package. The two are compared. Exit code 1: they differ, and '
        'no file is left behind.'),
    'publish-model': Command(
        'mmseg.publish.command', 'pspnet_r18-d8_demo work_dirs/demo/latest.pth --out published',
        'Put weights, config and a card of a model into a folder. It loads from there. Without --out, write a '
        'checkpoint without what only a run goes on with.'),
    'convert-config': Command(
        'mmseg.conversion.one_x.command', 'theirs.py ours.py',
        'Write a config of mmsegmentation 1.x as one of ours. There is a line for each thing that has no counterpart; '
        'neither mmengine nor mmpretrain is needed.'),
    'pytorch2onnx': Command(
        'mmseg.cli.pytorch2onnx', 'pspnet_r18-d8_demo --checkpoint work_dirs/demo/latest.pth',
        'Convert a model to ONNX, from images to labels. The command line is that of 0.30; export does more.'),
    'pytorch2torchscript': Command(
        'mmseg.cli.pytorch2torchscript', 'pspnet_r18-d8_demo --checkpoint work_dirs/demo/latest.pth',
        'Convert a model to TorchScript, from images to logits. The command line is that of 0.30; export does more.'),
}
#: What commands are called elsewhere: as their scripts, and by the issue that asked for them.
SYNONYMS = {'browse-dataset': 'browse', 'publish': 'publish-model'}


class _Parser(argparse.ArgumentParser):
    """A parser whose help opens with an example, and which says in one line what is wrong."""

    def __init__(self, prog: str, example: str, description: str) -> None:
        super().__init__(prog, description=description)
        self.example = example

    def format_help(self) -> str:
        return f'Example: {self.prog} {self.example}\n\n{super().format_help()}'

    def parse(self) -> argparse.Namespace:
        """The arguments of this process; of one that there is not, the nearest is named."""
        args, unknown = self.parse_known_args()
        if unknown:
            hint = did_you_mean(unknown[0].partition('=')[0], self._option_string_actions)
            self.error(f'unrecognized arguments: {" ".join(unknown)}{hint}')
        return args

    def error(self, message: str) -> NoReturn:
        self.exit(2, f'error: {message}; see {self.prog} --help\n')


def run(name: str, called: str | None = None) -> None:
    """Run a command with the arguments of this process.

    Args:
        name: a key of :data:`COMMANDS`.
        called: how the user has called it; None: as the script of ``tools``.
    """
    command = COMMANDS[name]
    work: Work = importlib.import_module(command.module)
    parser = _Parser(called or f'python tools/{Path(sys.argv[0]).name}', command.example, command.summary)
    work.add_arguments(parser)
    args = parser.parse()
    choose_threads()  # before anything loads torch
    run_tool(work.main, args)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command that is named first.

    Args:
        words: the command and its arguments; None takes those of the process.
    """
    name, *arguments = (sys.argv[1:] if words is None else words) or ['--help']
    if name in ('-h', '--help'):
        print(_overview())
        return
    key = name.replace('_', '-')
    key = SYNONYMS.get(key, key)
    if key not in COMMANDS:
        hint = did_you_mean(key, [*COMMANDS, *SYNONYMS]) or f' (there are {", ".join(COMMANDS)})'
        print(f'error: {name}: no such command{hint}', file=sys.stderr)
        sys.exit(2)
    sys.argv[1:] = arguments
    run(key, f'mmseg {name}')


def _overview() -> str:
    lines = [f'  {name:20} {command.summary.partition(". ")[0].rstrip(".")}' for name, command in COMMANDS.items()]
    example = f'Example: mmseg train {COMMANDS["train"].example}'
    return '\n'.join([example, '', 'usage: mmseg COMMAND ...; of each: mmseg COMMAND --help', '', *lines])
