"""What the doctor says of one kind of damage."""

from collections.abc import Iterable
from typing import NamedTuple

#: From the mildest to the worst; the place is the exit code of the tool.
SEVERITIES = ('note', 'warning', 'error')
_SHOWN = 10


class Finding(NamedTuple):
    """One kind of damage, and where it is.

    Attributes:
        kind: its name.
        severity: 'error' where training fails or is in vain, 'warning' where somebody should look, 'note' else.
        count: of files; of pairs, for duplicates.
        files: at most ten of them, relative to the tree.
        message: what is wrong.
        mend: what to do.
    """

    kind: str
    severity: str
    count: int
    files: tuple[str, ...]
    message: str
    mend: str

    @classmethod
    def of(
        cls, kind: str, severity: str, files: Iterable[str], message: str, mend: str, count: int | None = None
    ) -> 'Finding':
        """One that counts and cuts its files itself."""
        files = list(files)
        return cls(kind, severity, len(files) if count is None else count, tuple(files[:_SHOWN]), message, mend)


def worst(findings: Iterable[Finding]) -> int:
    """The exit code: 0 sound or notes only, 1 warnings, 2 errors."""
    return max((SEVERITIES.index(finding.severity) for finding in findings), default=0)
