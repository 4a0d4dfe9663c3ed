"""What mmcv 1.x brought to the exporter of ONNX, which torch has by itself today."""


def register_extra_symbolics(opset: int = 11) -> None:
    """Nothing is left to do: ``torch.onnx.export`` translates interpolation, pooling, padding and the rest alone.

    Args:
        opset: without effect; ``torch.onnx.export`` is told its own.
    """


def is_custom_op_loaded() -> bool:
    """Whether ONNX runtime has mmcv's own operators: never, models are exported in standard ones."""
    return False
