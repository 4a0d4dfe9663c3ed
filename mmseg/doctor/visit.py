"""One visit to the doctor: what is asked for is examined, told and written."""

import argparse
import json
import os
import sys
from dataclasses import replace

from mmcv.config import Config
from mmcv.fileio import atomic_write
from mmseg.page.render import write_page
from mmseg.trees.class_names import given_class_names
from mmseg.trees.tree import read_folders, read_tree

from .advice import advise
from .configured import read_configured
from .document import as_document, as_text
from .examination import Examination, examine
from .finding import worst
from .kinds import find_all
from .page import as_page


def visit(args: argparse.Namespace) -> int:
    """Look at the data, print what is found, and write what is asked for.

    Returns:
        0 where all is sound, 1 after warnings, 2 after errors.

    Raises:
        ValueError: there is nothing to look at.
    """
    seen = _examine(args)
    findings, advice = find_all(seen), advise(seen)
    document, config = as_document(seen, findings, advice), Config(advice).pretty_text
    for line in as_text(seen, findings, config):
        print(line)
    if args.json:
        with atomic_write(args.json, 'w', encoding='utf-8') as file:
            json.dump(document, file, indent=1, ensure_ascii=False)
    if args.html:
        write_page(args.html, as_page(seen, findings, document, config))
    return worst(findings)


def _examine(args: argparse.Namespace) -> Examination:
    names = given_class_names(args.classes) if args.classes else None
    how = {'nproc': args.nproc, 'progress': sys.stderr}
    if args.source is None:
        return examine(read_folders(args.img_dir, args.ann_dir, args.split, names), args.crop, **how)
    if os.path.isdir(args.source):
        return examine(read_tree(args.source, names), args.crop, **how)
    told = read_configured(args.source)
    tree = replace(told.tree, names=names) if names else told.tree
    seen = examine(tree, args.crop or told.crop, **how)
    return replace(seen, given=told.reading, resized=tuple if args.crop else told.resized)
