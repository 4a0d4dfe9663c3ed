"""Videos: frame by frame, to a video and to files of each frame."""

import contextlib
import itertools
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import PurePath

import cv2

from mmcv.utils import ProgressBar
from mmseg.evaluation.picture import as_picture
from mmseg.evaluation.visualization import draw_over
from mmseg.inference import Prediction, Predictor, Prepared, Video

from .outputs import video_mp4
from .writing import Wanted, write_image

_RATE = 25.0  # frames per second of a camera that does not tell
_DIGITS = 6


def predict_video(predictor: Predictor, wanted: Wanted, video: Video, name: PurePath) -> None:
    """Predict all frames: ``overlay/NAME.mp4`` of the same size and rate; of other kinds ``NAME/NUMBER`` per frame.

    A camera has no end: Ctrl-C ends it, and what has been seen is kept.

    Raises:
        ValueError: the video cannot be read.
    """
    reader = video.open()
    size = tuple(int(reader.get(edge)) for edge in (cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH))
    rate = reader.get(cv2.CAP_PROP_FPS) or _RATE
    bar = ProgressBar(0 if video.is_camera else max(0, int(reader.get(cv2.CAP_PROP_FRAME_COUNT))), file=sys.stderr)
    of_frames = wanted._replace(kinds=[kind for kind in wanted.kinds if kind != 'overlay'])
    with contextlib.ExitStack() as stack:
        stack.callback(reader.release)
        draw = None
        if 'overlay' in wanted.kinds:
            draw = stack.enter_context(video_mp4(wanted.path('overlay', name, '.mp4'), size, rate))
        number = 0
        for prepared, prediction in _predicted(predictor, wanted, video, reader):
            if of_frames.kinds:
                frame = name / f'{number:0{_DIGITS}}'
                write_image(of_frames, frame, size, [prediction], lambda *_, image=prepared.image: (image, None))
            if draw is not None:
                labels = prediction.labels.cpu().numpy()
                draw(draw_over(as_picture(prepared.image), labels, wanted.classes.colours, wanted.opacity))
            number += 1
            bar.update()
        if number == 0:
            raise ValueError(f'{video.path}: there is no frame that OpenCV can read in this video')


def _predicted(
    predictor: Predictor, wanted: Wanted, video: Video, reader: cv2.VideoCapture,
) -> Iterator[tuple[Prepared, Prediction]]:
    """Each frame with what is seen in it."""
    with _until_stopped(video) as goes_on:
        frames = itertools.takewhile(lambda _: goes_on(), video.frames(reader))
        named = ((frame.name, predictor.load(frame.image)) for frame in frames)
        for batch in predictor.batches(named):
            images = [prepared for _, prepared in batch]
            yield from zip(images, predictor.predict(images, *wanted.details))


@contextlib.contextmanager
def _until_stopped(video: Video) -> Iterator[Callable[[], bool]]:
    """Whether nobody has stopped the camera; a video is not asked."""
    if not video.is_camera or threading.current_thread() is not threading.main_thread():
        yield lambda: True
        return
    stopped = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set())
    try:
        yield lambda: not stopped.is_set()
    finally:
        signal.signal(signal.SIGINT, before)
