"""The argument that launchers give to scripts, which has had two spellings."""

import argparse
import functools
import os
import sys
from collections.abc import Sequence

_TODAY, _OLD = '--local-rank', '--local_rank'


def answer_launchers() -> None:
    """Let a parser that knows ``--local_rank`` alone take ``--local-rank``, as ``torch.distributed.launch`` writes it.

    Only in a process that a launcher has started; and a parser that knows today's spelling is left alone.
    """
    if 'LOCAL_RANK' not in os.environ:
        return
    parse = argparse.ArgumentParser.parse_known_args

    @functools.wraps(parse)
    def parse_known_args(
        self: argparse.ArgumentParser, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None,
    ) -> tuple[argparse.Namespace, list[str]]:
        words = sys.argv[1:] if args is None else list(args)
        known = self._option_string_actions
        if _OLD in known and _TODAY not in known:
            words = [_OLD + word[len(_TODAY):] if word.partition('=')[0] == _TODAY else word for word in words]
        return parse(self, words, namespace)

    argparse.ArgumentParser.parse_known_args = parse_known_args
