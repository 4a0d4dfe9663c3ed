"""What 1.x does to a batch, ``data_preprocessor``, as steps of a pipeline."""

from .section import Section


class Preprocessor:
    """``SegDataPreProcessor``: normalising and padding, which are done per image here.

    Args:
        section: its arguments.

    Attributes:
        normalize: the step that normalises; none where nothing is.
    """

    def __init__(self, section: Section) -> None:
        section.take('type')
        mean, std, to_rgb = section.take('mean'), section.take('std'), section.take('bgr_to_rgb', False)
        self.normalize = [] if mean is None else [dict(type='Normalize', mean=mean, std=std, to_rgb=to_rgb)]
        if mean is None and to_rgb:
            section.tell('bgr_to_rgb', 'without a mean: give Normalize a mean of 0 and a std of 1')
        self._values = dict(pad_val=section.take('pad_val', 0), seg_pad_val=section.take('seg_pad_val', 255))
        self._train = section.take_all('size', 'size_divisor')
        in_test = section.section('test_cfg')
        self._test = in_test.take_all('size', 'size_divisor')
        in_test.close()
        section.expect(non_blocking=False, rgb_to_bgr=False)
        section.close()

    def train_pad(self) -> list[dict]:
        """The step that pads an image of the training and its labels; none where nothing is padded."""
        return self._pad(self._train, self._values)

    def test_pad(self) -> list[dict]:
        """The same for the images of a test."""
        return self._pad(self._test, dict(pad_val=self._values['pad_val']))

    @staticmethod
    def _pad(size: dict, values: dict) -> list[dict]:
        size = {key: value for key, value in size.items() if value is not None}
        return [dict(type='Pad', **size, **values)] if size else []
