"""Which kinds of devices there are, by the constants of mmcv 1.x."""

import torch


def is_cuda_available() -> bool:
    """Whether torch sees a GPU of NVIDIA or AMD."""
    return torch.cuda.is_available()


def is_mps_available() -> bool:
    """Whether torch sees a GPU of Apple."""
    return torch.backends.mps.is_available()


def is_mlu_available() -> bool:
    """Whether Cambricon's fork of torch is there and sees a device."""
    return _asked('mlu')


def is_npu_available() -> bool:
    """Whether ``torch_npu`` was imported and sees a device of Ascend."""
    return _asked('npu')


def is_ipu_available() -> bool:
    """Whether ``poptorch`` is installed and sees a device of Graphcore."""
    try:
        import poptorch
    except ImportError:
        return False
    return poptorch.ipuHardwareIsAvailable()


def _asked(name: str) -> bool:
    module = getattr(torch, name, None)
    return module is not None and bool(module.is_available())


def get_device() -> str:
    """The kind of device to run on: 'cuda', 'mlu', 'npu', 'mps', 'ipu', or 'cpu'."""
    kinds = {'npu': is_npu_available, 'cuda': is_cuda_available, 'mlu': is_mlu_available, 'mps': is_mps_available,
             'ipu': is_ipu_available}
    return next((name for name, is_available in kinds.items() if is_available()), 'cpu')


IS_CUDA_AVAILABLE = is_cuda_available()
IS_MPS_AVAILABLE = is_mps_available()
IS_MLU_AVAILABLE = is_mlu_available()
IS_NPU_AVAILABLE = is_npu_available()
IS_IPU_AVAILABLE = is_ipu_available()
