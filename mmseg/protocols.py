"""What the parts of mmseg ask of each other: one small protocol per capability, and those that are made of them.

``isinstance(thing, Protocol)`` tells whether a thing offers it; :func:`require` refuses what does not and names what it
lacks. No class has to derive from any of them.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MethodType
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from torch import nn

from mmcv.utils.errors import ConfigTypeError

Metas = list[dict]
Losses = dict[str, torch.Tensor]


@runtime_checkable
class Samples(Protocol):
    """Samples by index: all that a loader needs."""

    def __len__(self) -> int: ...

    def __getitem__(self, idx: int) -> object: ...


@runtime_checkable
class NamesClasses(Protocol):
    """The names of the classes, in the order of the label values; None if they are unknown."""

    CLASSES: Sequence[str] | None


@runtime_checkable
class ColoursClasses(Protocol):
    """The colours of the classes, (K, 3) RGB, 0 ... 255; None if they have none."""

    PALETTE: Sequence[Sequence[int]] | None


@runtime_checkable
class IgnoresLabel(Protocol):
    """The label value that counts neither for the loss nor for metrics."""

    ignore_index: int | None


@runtime_checkable
class NamesFiles(Protocol):
    """The files of a sample by what they are: ``img`` and, where there is one, ``label``."""

    def sample_files(self, idx: int) -> dict[str, str]: ...


@runtime_checkable
class LoadsImages(Protocol):
    """The image of a sample as its pipeline loads it, (H, W) or (H, W, C), numbers of any type."""

    def load_image(self, idx: int) -> np.ndarray: ...


@runtime_checkable
class KeepsImages(Protocol):
    """The folder that the names of the images begin at."""

    img_dir: str


@runtime_checkable
class GivesLabels(Protocol):
    """The label map of a sample in class indices, (H, W) integers."""

    def eval_label(self, index: int) -> np.ndarray: ...


@runtime_checkable
class RequiresLabels(Protocol):
    """Raises a ConfigError unless every sample has a label; called before an evaluation is begun."""

    def require_labels(self) -> None: ...


@runtime_checkable
class DescribesLabels(Protocol):
    """What the values in the label files mean, as text for the log."""

    def describe_labels(self) -> str: ...


@runtime_checkable
class PreEvaluates(Protocol):
    """One result per label map (H, W), counted against the labels of ``indices``; ``evaluate`` takes a list of them."""

    def pre_eval(self, preds: list | np.ndarray, indices: int | list[int]) -> list: ...


@runtime_checkable
class FormatsResults(Protocol):
    """Writes label maps as a test server wants them, and returns the files' paths."""

    def format_results(
        self, results: list, imgfile_prefix: str, indices: list[int] | None = None, **kwargs: Any
    ) -> list[str]: ...


@runtime_checkable
class CachesImages(Protocol):
    """Keeps decoded files in ``cache`` (None for nowhere), and says which ones the samples of some indices need."""

    cache: object

    def files_to_decode(self, indices: Iterable[int]) -> Iterator: ...


@runtime_checkable
class HoldsDataset(Protocol):
    """A wrapper of one data set."""

    dataset: Samples


@runtime_checkable
class HoldsDatasets(Protocol):
    """A wrapper of several data sets."""

    datasets: Sequence[Samples]


@runtime_checkable
class NamesInnerDatasets(Protocol):
    """A wrapper that keeps its data sets under names of its own."""

    def inner_datasets(self) -> Sequence[Samples]: ...


@runtime_checkable
class LocatesSamples(Protocol):
    """A wrapper that knows from which of its data sets, and from which sample there, a sample comes."""

    def locate(self, idx: int) -> tuple[Samples, int]: ...


@runtime_checkable
class PicksSamples(HoldsDataset, Protocol):
    """Some samples of one data set, as ``torch.utils.data.Subset``."""

    indices: Sequence[int]


@runtime_checkable
class TakesDatasets(Protocol):
    """A class of wrappers that names the arguments in which configs of data sets are to be built.

    It needs this only where neither the arguments' annotations nor their names (``dataset``, ``datasets``) tell.
    """

    dataset_arguments: ClassVar[Sequence[str]]


@runtime_checkable
class Transform(Protocol):
    """Takes the results of the transforms before it and returns them changed; None drops the sample."""

    def __call__(self, results: dict) -> dict | None: ...


@runtime_checkable
class HoldsTransforms(Protocol):
    """A pipeline whose transforms can be looked at."""

    transforms: Sequence[Transform]


@runtime_checkable
class ReducesLabels(Protocol):
    """A transform, or a data set, that may lower the values of label maps by one, 0 becoming the ignored one."""

    reduce_zero_label: bool


@runtime_checkable
class MixesSamples(Protocol):
    """A transform that wants further samples, in ``results['mix_results']``."""

    def get_indexes(self, dataset: Samples) -> int | Sequence[int]: ...


@runtime_checkable
class Sampler(Protocol):
    """Indices of samples, or (position, index) pairs."""

    def __iter__(self) -> Iterator: ...

    def __len__(self) -> int: ...


@runtime_checkable
class Loader(Protocol):
    """Batches of a data set, and the indices of the samples in each."""

    dataset: Samples
    batch_sampler: Iterable[list[int]]

    def __iter__(self) -> Iterator[dict]: ...

    def __len__(self) -> int: ...


@runtime_checkable
class LabelledDataset(Protocol):
    """What predictions can be counted against.

    Attributes:
        CLASSES: the names of the classes.
        ignore_index: the label value of pixels that do not count; None if all do.
    """

    CLASSES: Sequence[str]
    ignore_index: int | None

    def __len__(self) -> int: ...

    def eval_label(self, index: int) -> np.ndarray:
        """The label map of a sample in class indices, (H, W)."""


@runtime_checkable
class TakesResults(Protocol):
    """Takes the predictions of a data set while they come in."""

    def add(self, results: list, indices: list[int]) -> None:
        """Take label maps, each (H, W), of these samples."""


@runtime_checkable
class EvaluatorLike(TakesResults, Protocol):
    """Counts predictions against labels."""

    def reduce(self) -> None:
        """Sum over all ranks; every rank has to call it, once."""


@runtime_checkable
class Counts(Protocol):
    """What was counted, to be asked for metrics."""

    def areas(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pixels per class where prediction and label agree, in either, in the prediction, in the label."""

    def metrics(self, metric: str | Sequence[str] = 'mIoU') -> dict[str, np.ndarray]:
        """``aAcc`` and the values per class, in 0 ... 1."""

    def interval(self, resamples: int) -> tuple[float, float]:
        """The 95 % bootstrap interval of mIoU over the images, in 0 ... 1."""


@runtime_checkable
class EvaluatedDataset(Protocol):
    """Turns results into metrics, the 0.x way: what ``pre_eval`` returns, or the predictions themselves."""

    def evaluate(self, results: Sequence, **options: Any) -> Mapping[str, float]:
        """The metrics by name."""


@runtime_checkable
class CountingDataset(EvaluatedDataset, Protocol):
    """Also evaluates what its own evaluator has counted."""

    def new_evaluator(self, metric: str | Sequence[str] = 'mIoU', bootstrap: int = 0) -> EvaluatorLike:
        """An empty evaluator; ``evaluate`` takes it when it is full."""


@runtime_checkable
class JoinedDataset(Protocol):
    """Data sets one after another.

    Attributes:
        datasets: the parts.
        cumulative_sizes: where each of them ends.
    """

    datasets: Sequence[EvaluatedDataset]
    cumulative_sizes: Sequence[int]

    def get_dataset_idx_and_sample_idx(self, indice: int) -> tuple[int, int]:
        """Which data set a sample is in, and where there."""


@runtime_checkable
class Backbone(Protocol):
    """Images (N, C, H, W) to feature maps, from fine to coarse."""

    def __call__(self, img: torch.Tensor) -> Sequence[torch.Tensor]: ...


@runtime_checkable
class AuxiliaryHead(Protocol):
    """Feature maps to losses."""

    num_classes: int

    def forward_train(
        self, inputs: Sequence[torch.Tensor], img_metas: Metas, gt_semantic_seg: torch.Tensor, train_cfg: Mapping
    ) -> Losses: ...


@runtime_checkable
class Head(AuxiliaryHead, Protocol):
    """Also to logits (N, out_channels, h, w)."""

    out_channels: int
    align_corners: bool

    def forward_test(self, inputs: Sequence[torch.Tensor], img_metas: Metas, test_cfg: Mapping) -> torch.Tensor: ...


@runtime_checkable
class DrawsResults(Protocol):
    """A model that draws a label map over its image, (H, W, 3) uint8 BGR."""

    def show_result(self, img: np.ndarray | str, result: list[np.ndarray], **kwargs: Any) -> np.ndarray: ...


@runtime_checkable
class GivesProbabilities(Protocol):
    """A model that tells how probable each class is, of whole images or of windows of them."""

    num_classes: int
    out_channels: int
    align_corners: bool
    test_cfg: Mapping

    def predict_probabilities(
        self, img: list[torch.Tensor], img_metas: list[Metas]
    ) -> tuple[torch.Tensor, torch.Tensor]: ...

    def predict_logits(self, img: torch.Tensor, img_metas: Metas) -> torch.Tensor: ...

    def classify(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]: ...


@runtime_checkable
class TakesSteps(Protocol):
    """A model that is trained: ``loss`` to differentiate, ``log_vars`` to log, and ``num_samples``, of a batch."""

    def train_step(self, data_batch: dict, optimizer: torch.optim.Optimizer | None = None, **kwargs: Any) -> dict: ...


@runtime_checkable
class Segmentor(TakesSteps, DrawsResults, NamesClasses, ColoursClasses, Protocol):
    """What is trained, tested and drawn with."""

    def extract_feat(self, img: torch.Tensor) -> Sequence[torch.Tensor]: ...

    def encode_decode(self, img: torch.Tensor, img_metas: Metas) -> torch.Tensor: ...

    def forward_train(self, img: torch.Tensor, img_metas: Metas, **kwargs: Any) -> Losses: ...

    def simple_test(self, img: torch.Tensor, img_meta: Metas, **kwargs: Any) -> list[np.ndarray]: ...


def lacking(thing: object, protocol: type) -> list[str]:
    """The names that ``protocol`` asks for and ``thing`` does not offer."""
    names = {name for kind in protocol.__mro__ if kind.__module__ == __name__
             for name in (*vars(kind), *inspect.get_annotations(kind))
             if not name.startswith('_') or name in ('__call__', '__getitem__', '__iter__', '__len__')}
    missing = sorted(name for name in names if not hasattr(thing, name))
    if '__call__' in names and isinstance(thing, nn.Module) and thing.forward == MethodType(nn.Module.forward, thing):
        missing.append('forward')  # which every module has, to say that there is none
    return missing


def require(thing: object, protocol: type, purpose: str, instead: type | None = None) -> None:
    """Refuse what does not offer all of a protocol.

    Args:
        thing: what is to be used.
        protocol: what it has to offer.
        purpose: for the message: 'evaluation', 'training'.
        instead: a protocol that others may offer in its place; for the message.

    Raises:
        ConfigTypeError: in one line, with the names that ``thing`` lacks.
    """
    if not lacking(thing, protocol):
        return
    kinds = [kind for kind in (protocol, instead) if kind is not None and lacking(thing, kind)]
    names = ', or '.join(', '.join(lacking(thing, kind)) for kind in kinds)
    raise ConfigTypeError(f'{purpose}: {type(thing).__name__} lacks {names}: see '
                          f'{" and ".join(kind.__name__ for kind in kinds)} in {__name__}, on what it has to offer')
