"""What a pixel sampler is."""
from abc import ABC, abstractmethod

import torch


class BasePixelSampler(ABC):
    """Decides which pixels of a batch take part in the loss."""

    @abstractmethod
    def sample(self, seg_logit: torch.Tensor, seg_label: torch.Tensor) -> torch.Tensor:
        """Weigh pixels.

        Args:
            seg_logit: (N, K, H, W).
            seg_label: (N, 1, H, W) class indices.

        Returns:
            (N, H, W) weights.
        """
