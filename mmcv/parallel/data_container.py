"""What samples of 0.x wrap their fields in, to say how a batch is made of them."""

from typing import Any

import torch


class DataContainer:
    """A field of a sample, or of a batch, with the way in which samples are put together.

    :func:`~mmcv.parallel.collate` makes one of many, whose ``data`` is a list with an entry per ``samples_per_gpu``
    samples: a tensor where they are stacked, else a list of what was in them. Wrappers of models take the entry out.

    Args:
        data: anything.
        stack: stack the samples' tensors, which are padded at the end of their last dimensions to one size.
        padding_value: what with.
        cpu_only: never move it to a GPU.
        pad_dims: how many of the last dimensions are padded, 1 to 3; None where all sizes agree.

    Raises:
        ValueError: another ``pad_dims``.
    """

    def __init__(
        self, data: object, stack: bool = False, padding_value: float = 0, cpu_only: bool = False,
        pad_dims: int | None = 2,
    ) -> None:
        if pad_dims not in (None, 1, 2, 3):
            raise ValueError(f'DataContainer: pad_dims is 1, 2, 3 or None, not {pad_dims!r}')
        self._data = data
        self._stack = stack
        self._padding_value = padding_value
        self._cpu_only = cpu_only
        self._pad_dims = pad_dims

    def __repr__(self) -> str:
        return f'{type(self).__name__}({self.data!r})'

    def __len__(self) -> int:
        return len(self._data)

    @property
    def data(self) -> Any:
        return self._data

    @property
    def datatype(self) -> type | str:
        """The class of the data; of a tensor its name, 'torch.FloatTensor'."""
        return self._data.type() if isinstance(self._data, torch.Tensor) else type(self._data)

    @property
    def stack(self) -> bool:
        return self._stack

    @property
    def padding_value(self) -> float:
        return self._padding_value

    @property
    def cpu_only(self) -> bool:
        return self._cpu_only

    @property
    def pad_dims(self) -> int | None:
        return self._pad_dims

    def size(self, *args: int) -> torch.Size | int:
        """As of the tensor inside."""
        return self._tensor().size(*args)

    def dim(self) -> int:
        """As of the tensor inside."""
        return self._tensor().dim()

    def _tensor(self) -> torch.Tensor:
        if not isinstance(self._data, torch.Tensor):
            raise AttributeError(f'a DataContainer of {type(self._data).__name__} has no size; of a tensor it has')
        return self._data

    @classmethod
    def together(cls, containers: list['DataContainer'], samples_per_gpu: int) -> 'DataContainer':
        """One of many, with an entry per ``samples_per_gpu`` of them.

        Raises:
            ValueError: their tensors differ in what is not padded.
        """
        first = containers[0]
        parts = [[one.data for one in containers[start:start + samples_per_gpu]]
                 for start in range(0, len(containers), samples_per_gpu)]
        if first.stack and not first.cpu_only:
            parts = [stack_padded(part, first.pad_dims or 0, first.padding_value) for part in parts]
        return cls(parts, first.stack, first.padding_value, first.cpu_only)


def stack_padded(tensors: list[torch.Tensor], pad_dims: int, value: float) -> torch.Tensor:
    """Tensors in one, padded at the end of the last ``pad_dims`` dimensions.

    Raises:
        ValueError: no tensors, or others of their dimensions differ.
    """
    if not all(isinstance(tensor, torch.Tensor) for tensor in tensors):
        raise ValueError(f'DataContainers of {type(tensors[0]).__name__} cannot be stacked, only such of tensors can')
    shapes = [tuple(tensor.shape) for tensor in tensors]
    if len({len(shape) for shape in shapes}) > 1 or len({shape[:len(shape) - pad_dims] for shape in shapes}) > 1:
        raise ValueError(f'DataContainers of shapes {shapes} cannot be stacked: only the last {pad_dims} dimensions '
                         'may differ (pad_dims)')
    wanted = torch.tensor(shapes).amax(0)[len(shapes[0]) - pad_dims:].tolist()
    padded = []
    for tensor in tensors:
        lacking = [end - size for end, size in zip(wanted, tensor.shape[tensor.dim() - pad_dims:])]
        widths = [width for lack in reversed(lacking) for width in (0, lack)]
        padded.append(torch.nn.functional.pad(tensor, widths, value=value) if any(widths) else tensor)
    return torch.stack(padded)
