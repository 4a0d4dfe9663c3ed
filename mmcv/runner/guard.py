"""Steps with a loss or gradient that is infinite or nan: left out on every rank, with the files named."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer

from mmcv import dist
from mmcv.checkpoint import whole
from mmcv.parallel import DataContainer


class NonFiniteError(ValueError):
    """The loss or the gradient was not finite too often in a row; one line with the files of the last batch."""


class StepGuard:
    """Decides for each step whether it may change the model; all ranks come to the same decision.

    The decision is made on the device. An optimizer that takes it from there (``fused=True`` on a GPU) is never waited
    for: the host reads the decision one step later, when the device is past it. Any other optimizer needs it at once.

    Args:
        limit: end the run after so many steps in a row that were left out.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_a_row = 0
        self._buffers: list[_Buffers] = []
        self._losses: list[torch.Tensor] = []
        self._files: list[str] = []
        self._undecided: deque[_Decision] = deque()

    def begin(self, model: nn.Module) -> None:
        """Remember the buffers (BN statistics), which a forward pass changes before its loss is known."""
        kinds = {}
        for buffer in model.buffers():
            if buffer.is_floating_point():
                kinds.setdefault((buffer.device, buffer.dtype), []).append(buffer)
        self._buffers = [_Buffers(buffers) for buffers in kinds.values()]
        self._losses, self._files = [], []

    def state_dict(self) -> dict[str, Any]:
        """What is remembered of a step in the middle of its iterations: tensors and plain data."""
        return {'buffers': [buffers.before for buffers in self._buffers], 'losses': self._losses, 'files': self._files}

    def load_state_dict(self, state: dict, model: nn.Module) -> None:
        """Go on in the middle of a step, in the place of :meth:`begin`."""
        self.begin(model)
        for buffers, before in zip(self._buffers, state['buffers']):
            buffers.before.copy_(before)
        device = next((parameter.device for parameter in model.parameters()), None)
        self._losses = [loss.to(device) for loss in state['losses']]
        self._files = list(state['files'])

    def add(self, loss: torch.Tensor, batch: object) -> None:
        """Take note of one iteration's loss and batch; several of them may share a step."""
        self._losses.append(loss.detach())
        self._files += files_of(batch)

    def check(self, gradients: Iterable[torch.Tensor]) -> torch.Tensor:
        """Whether the step is bad on any rank: a boolean on the device. Every rank has to call it."""
        self._bad_loss = ~torch.stack([loss.isfinite().all() for loss in self._losses]).all()
        gradients = list(gradients)
        bad = self._bad_loss
        if gradients:
            norm = get_total_norm(gradients, float('inf'))
            bad = bad | ~whole(norm).isfinite()
        return dist.all_reduce(bad.float(), 'max').bool()

    def settle(self, bad: torch.Tensor, iteration: int, excused: Callable[[], bool],
               logger: logging.Logger) -> None:
        """Undo what a bad step did to the buffers, and report it as soon as the host can know of it.

        Args:
            bad: as from :meth:`check`.
            iteration: its number, for the report.
            excused: tells whether a bad gradient is no fault, as while a dynamic loss scale comes down.
            logger: where the report goes.
        """
        for buffers in self._buffers:
            buffers.restore_if(bad)
        self._undecided.append(_Decision(bad, self._bad_loss, iteration, self._files, excused))
        self.read(logger, keep=1 if bad.is_cuda else 0)

    def read(self, logger: logging.Logger, keep: int = 0) -> None:
        """Report the decisions but for the last ``keep``.

        Raises:
            NonFiniteError: too many steps in a row were bad.
        """
        while len(self._undecided) > keep:
            decision = self._undecided.popleft()
            bad, bad_loss = decision.read()
            if not bad:
                self.in_a_row = 0
                continue
            everyone = dist.gather_objects((bad_loss, decision.files))
            at_fault = [rank for rank, (bad_loss, _) in enumerate(everyone) if bad_loss]
            if at_fault or not decision.excused():
                self._report(logger, decision.iteration, everyone, at_fault)

    def _report(
        self, logger: logging.Logger, iteration: int, everyone: list[tuple[bool, list[str]]], at_fault: list[int]
    ) -> None:
        self.in_a_row += 1
        what = 'the loss' if at_fault else 'the gradient'
        where = f' on rank {", ".join(map(str, at_fault))}' if at_fault and len(everyone) > 1 else ''
        files = [file for rank in at_fault or range(len(everyone)) for file in everyone[rank][1]]
        text = (f'iteration {iteration}: {what} is not finite{where}, no update was made; '
                f'the files: {", ".join(files) or "the batch names none"}')
        if self.in_a_row >= self.limit:
            raise NonFiniteError(f'{text}; that makes {self.in_a_row} such steps in a row: lower the learning rate, '
                                 'clip the gradients (optimizer_config.grad_clip), or look at these files')
        logger.warning(text)


def takes_decision(optimizer: Optimizer) -> bool:
    """Whether the kernel of this optimizer leaves out a step by itself (``fused=True``).

    Not its first one, where the fused SGD would leave its momentum as it found it in memory.
    """
    return bool(optimizer.state) and getattr(optimizer, '_step_supports_amp_scaling', False)


def files_of(batch: object) -> list[str]:
    """The files that ``img_metas`` of a batch names."""
    found, todo = [], [batch.get('img_metas') if isinstance(batch, Mapping) else None]
    while todo:
        node = todo.pop(0)
        if isinstance(node, Mapping):
            found.append(str(node.get('filename')))
        elif isinstance(node, (list, tuple)):
            todo += node
        elif isinstance(node, DataContainer):
            todo.append(node.data)
    return found


class _Buffers:
    """Buffers of one device and type, and what they were."""

    def __init__(self, buffers: list[torch.Tensor]) -> None:
        self.buffers = buffers
        self.before = self._joined()

    def _joined(self) -> torch.Tensor:
        return torch.cat([buffer.reshape(-1) for buffer in self.buffers])

    @torch.no_grad()
    def restore_if(self, bad: torch.Tensor) -> None:
        if not bad.is_cuda and not bad:
            return
        chosen = torch.where(bad, self.before, self._joined())
        parts = chosen.split([buffer.numel() for buffer in self.buffers])
        torch._foreach_copy_(self.buffers, [part.view_as(b) for part, b in zip(parts, self.buffers)])


class _Decision:
    """Two flags on their way to the host, and what they are about."""

    def __init__(
        self, bad: torch.Tensor, bad_loss: torch.Tensor, iteration: int, files: list[str],
        excused: Callable[[], bool],
    ) -> None:
        self.iteration, self.files, self.excused = iteration, files, excused
        self._flags = torch.stack([bad, bad_loss])
        self._arrived = None
        if bad.is_cuda:
            self._flags = torch.empty(2, dtype=torch.bool, pin_memory=True).copy_(self._flags, non_blocking=True)
            self._arrived = torch.cuda.Event()
            self._arrived.record()

    def read(self) -> tuple[bool, bool]:
        if self._arrived is not None:
            self._arrived.synchronize()
        return tuple(self._flags.tolist())
