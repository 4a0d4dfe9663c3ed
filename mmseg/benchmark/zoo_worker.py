"""Runs models of this checkout in a process of its own: ``zoo_worker.py JOBS THREADS CLOCK``, then questions on stdin.

As ``tools/test.py`` and ``tools/train.py`` run them if they are asked for nothing. What they tell the allocator holds
for a whole process, so it must not be that of the benchmark.
"""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[2])
sys.path[0] = ROOT  # this checkout, whatever mmseg is installed

from mmcv.utils import choose_threads  # noqa: E402

choose_threads()  # before torch is loaded

from torch import Tensor, nn  # noqa: E402

from mmcv.config import Config  # noqa: E402
from mmseg.assembly.load import load_config  # noqa: E402
from mmseg.assembly.model import build_model  # noqa: E402
from mmseg.assembly.speed import prepare_inference, speed_up  # noqa: E402
from mmseg.benchmark.measurement import answer  # noqa: E402
from mmseg.benchmark.suites.models import iteration as whole_iteration  # noqa: E402
from mmseg.benchmark.suites.models import prediction, trained  # noqa: E402
from mmseg.settings import Settings  # noqa: E402


def _model(config: str, state: dict[str, Tensor]) -> tuple[Config, nn.Module]:
    cfg = load_config(config, dict(device='cpu'))
    net = build_model(cfg)
    net.load_state_dict(state)
    return cfg, net


def infer(config: str, state: dict[str, Tensor], img: Tensor, meta: dict) -> Callable[[], list]:
    """Images to label maps."""
    cfg, net = _model(config, state)
    settings = Settings.of(cfg)
    return prediction(speed_up(prepare_inference(net, settings), settings), img, [meta])


def iteration(config: str, state: dict[str, Tensor], batch: dict) -> Callable[[], None]:
    """Forward, backward and the optimizer's step."""
    cfg, net = _model(config, state)
    return whole_iteration(trained(net, cfg).train(), batch, cfg)


if __name__ == '__main__':
    answer(globals(), *sys.argv[1:])
