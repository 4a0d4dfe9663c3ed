"""What the command line asks of the export."""

import argparse
import sys
import tempfile
from pathlib import Path

from mmseg.assembly.load import load_config
from mmseg.assembly.model import load_trained
from mmseg.settings import Settings

from .comparison import FileDiffers
from .exporting import export
from .formats import FORMATS
from .int8 import quantize, require_data


def fulfil(args: argparse.Namespace) -> None:
    """Load, write, compare, and with ``--int8`` write anew.

    Raises:
        ValueError: what the user can mend.
        SystemExit: with 1 where the file differs from the model.
    """
    config = load_config(args.config, args.cfg_options)
    settings = Settings.of(config, 'cpu')
    if args.int8:
        require_data(settings)
    model = load_trained(settings, args.checkpoint, strict=True)
    out = Path(args.out or f'{settings.name}{FORMATS[args.format].suffix}')
    how = {'size': tuple(args.size) if args.size else None, 'half': args.half, 'steps': args.steps, 'config': config}
    try:
        if not args.int8:
            export(model, args.format, out=out, tell=print, **how)
            return
        with tempfile.TemporaryDirectory(prefix='mmseg-export-') as folder:
            path = Path(folder, out.name)
            export(model, args.format, out=path, tell=lambda line: print(line.replace(str(path), str(out))), **how)
            quantize(path, out, settings, args.calibrate, tell=print)
    except FileDiffers as error:
        print(f'error: {error}; nothing is written', file=sys.stderr)
        sys.exit(1)
