"""The tools as commands: ``mmseg train CONFIG``, or ``python -m mmseg train CONFIG``, from any folder.

``mmseg`` alone lists them; each is the script of the same name in ``tools``, with its arguments.
"""

import ast
import re
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from mmcv.utils import did_you_mean

_PACKAGE = Path(__file__).resolve().parent
_SYNONYMS = {'browse': 'browse-dataset'}
_EXAMPLE = re.compile(r'python tools/\w+\.py(.*?)(?:``|$)', re.MULTILINE)
_NO_COMMANDS = ('launch',)  # what train_dist.sh starts processes with


def commands() -> dict[str, Path]:
    """The scripts by their commands: those of this checkout, else those that were installed with the package."""
    folders = (_PACKAGE.parent / 'tools', _PACKAGE / '.mim' / 'tools')
    folder = next((folder for folder in folders if (folder / 'train.py').is_file()), folders[-1])
    scripts = {path.stem.replace('_', '-'): path for path in sorted(folder.glob('*.py'))}
    return {name: path for name, path in scripts.items() if name not in _NO_COMMANDS}


def main(words: Sequence[str] | None = None) -> None:
    """Run a command.

    Args:
        words: the command and its arguments; None takes those of the process.
    """
    name, *arguments = (sys.argv[1:] if words is None else words) or ['--help']
    known = commands()
    if name in ('-h', '--help'):
        print('Example: mmseg train pspnet_r18-d8_demo\n\nusage: mmseg COMMAND ...; of each: mmseg COMMAND --help\n')
        for command, path in known.items():
            print(f'  {command:20} {_summary(path)}')
        return
    script = known.get(_SYNONYMS.get(name, name.replace('_', '-')))
    if script is None:
        hint = did_you_mean(name, [*known, *_SYNONYMS]) or f' (there are {", ".join(known)})'
        print(f'error: {name}: no such command{hint}', file=sys.stderr)
        sys.exit(2)
    if {'-h', '--help'} & set(arguments) and (example := _EXAMPLE.search(_said_of_itself(script))):
        print(f'Example: mmseg {name}{example[1]}\n', flush=True)
    sys.argv = [str(script), *arguments]
    runpy.run_path(str(script), run_name='__main__')


def _summary(script: Path) -> str:
    """The first line of what a script says of itself, without its command line."""
    return _said_of_itself(script).partition('\n')[0].partition(':')[0]


def _said_of_itself(script: Path) -> str:
    return ast.get_docstring(ast.parse(script.read_text(encoding='utf-8'))) or ''


if __name__ == '__main__':
    main()
