"""How good a model is on the test set of its config: metrics with their interval, and calibration."""

from dataclasses import dataclass, field

import torch

from mmcv.parallel import to_device
from mmcv.utils import one_line
from mmseg.assembly.loaders import build_test_loader
from mmseg.assembly.model import load_trained
from mmseg.assembly.speed import prepare_inference
from mmseg.evaluation.calibration import Calibration
from mmseg.evaluation.results import Counted
from mmseg.protocols import GivesProbabilities, require
from mmseg.samples import eval_label, ignored_label, require_labels
from mmseg.settings import Settings

_RESAMPLES = 1000


@dataclass
class Measured:
    """What was measured, or why nothing was.

    Attributes:
        metrics: by name, in 0 ... 1, as ``dataset.evaluate`` gives them.
        calibration: of the chosen classes' probabilities.
        images: how many.
        why: the reason, where nothing was measured.
    """

    metrics: dict[str, float] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    images: int = 0
    why: str = ''


def measure(settings: Settings, checkpoint: str) -> Measured:
    """Predict ``data.test`` and compare with its labels; where it is not on this machine, the reason is kept."""
    try:
        loader = build_test_loader(settings, 'test')
        require_labels(loader.dataset)
    except (ValueError, OSError) as error:
        return Measured(why=one_line(error))
    dataset, ignored = loader.dataset, ignored_label(loader.dataset)
    model = prepare_inference(load_trained(settings, checkpoint, dataset), settings).to(settings.device).eval()
    counted, measured = Counted(dataset, metric=['mIoU'], bootstrap=_RESAMPLES), Measured(images=len(dataset))
    require(model, GivesProbabilities, 'calibration')
    for indices, batch in zip(loader.batch_sampler, loader):
        with torch.no_grad():
            labels, probs = model.predict_probabilities(**to_device(batch, settings.device))
        label_maps, sure = labels.cpu().numpy(), probs.gather(1, labels[:, None])[:, 0]
        counted.add(list(label_maps), indices)
        for index, predicted, confidence in zip(indices, label_maps, sure.cpu().numpy()):
            truth = eval_label(dataset, index)
            kept = truth != ignored
            measured.calibration.add(confidence[kept], predicted[kept] == truth[kept])
    measured.metrics = dict(counted.evaluate())
    return measured
