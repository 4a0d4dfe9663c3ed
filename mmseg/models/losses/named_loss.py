"""What a loss is called in the log."""

from torch import nn


class NamedLoss(nn.Module):
    """Base of the losses, whose values are logged by a name.

    Args:
        loss_name: key of the loss in the log; those that contain 'loss' are minimized.
    """

    def __init__(self, loss_name: str) -> None:
        super().__init__()
        self._loss_name = loss_name

    @property
    def loss_name(self) -> str:
        """The key; subclasses of old override it."""
        return self._loss_name
