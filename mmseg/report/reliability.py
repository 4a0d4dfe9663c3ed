"""The reliability diagram: how often a model is right, by how sure it is."""

from mmseg.evaluation.calibration import Calibration

from .words import percent

_SIDE, _LEFT, _BOTTOM = 260, 40, 22  # of the plot, and its margins


def reliability_chart(calibration: Calibration) -> dict | None:
    """Coordinates and texts for the page; None if nothing was measured."""
    if not calibration.pixels:
        return None
    pixels, bins = calibration.counts[:, 0], len(calibration.counts)
    width = _SIDE / bins
    bars = []
    for i, (accuracy, sure, count) in enumerate(zip(calibration.accuracy(), calibration.confidence(), pixels)):
        if count:
            told = 'confidence {}: {} right, {} of the pixels'.format(*_shares(sure, accuracy, count / pixels.sum()))
            bars.append({
                'x': round(_LEFT + i * width, 1), 'width': round(width - 1, 1), 'height': round(accuracy * _SIDE, 1),
                'y': round(_SIDE - accuracy * _SIDE, 1), 'opacity': round(0.35 + 0.65 * float(count / pixels.max()), 2),
                'told': told})
    error = calibration.error()
    return {'bars': bars, 'side': _SIDE, 'left': _LEFT, 'width': _LEFT + _SIDE + 16, 'height': _SIDE + _BOTTOM,
            'error': error, 'verdict': _verdict(calibration)}


def _verdict(calibration: Calibration) -> str:
    """Whether the model is too sure of itself."""
    pixels, right, sure = calibration.counts.sum(0)
    gap = (sure - right) / pixels
    if abs(gap) < 0.01:
        return 'on the whole as sure as it is right'
    return f'on the whole {"too sure" if gap > 0 else "not sure enough"} by {percent(abs(gap))} %'


def table_of(calibration: Calibration) -> list[list[str]]:
    """(confidence, accuracy, share of the pixels) of each bin that has pixels, as text."""
    pixels = calibration.counts[:, 0]
    return [_shares(sure, right, count / pixels.sum())
            for sure, right, count in zip(calibration.confidence(), calibration.accuracy(), pixels) if count]


def _shares(*values: float) -> list[str]:
    return [f'{percent(value)} %' for value in values]
