"""Which code of ours a call comes by: that of two calls which differ in it is what a tracer would see differ."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

import mmcv
import mmseg

OURS = tuple(str(Path(package.__file__).parent) for package in (mmcv, mmseg))


def instructions(call: Callable[[], object]) -> set[tuple[CodeType, int]]:
    """The instructions of mmcv and mmseg that run: their code and offset in it."""
    found, before = set(), sys.gettrace()

    def note(frame: FrameType, event: str, _: object) -> Callable:
        if event == 'opcode':
            found.add((frame.f_code, frame.f_lasti))
        return note

    def enter(frame: FrameType, *_: object) -> Callable | None:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return note

    sys.settrace(enter)
    try:
        call()
    finally:
        sys.settrace(before)
    return found
