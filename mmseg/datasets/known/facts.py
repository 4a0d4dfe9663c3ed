"""What is written down of a public data set."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One data set as it is published, or as its converter leaves it.

    Args:
        names: by which class names and colours can be asked for.
        paper: authors, title, place and year.
        img_suffix, seg_map_suffix: what the names of its images and label maps end in.
        reduce_zero_label: whether the value 0 of its label maps means "no class", and 1 the first class.
        server_ids: the value of each class on its test server; None where there is none.
        table: one entry per class, in the order of the label values and separated by commas: its name, a blank, its
            colour as hexadecimal RGB.
    """

    names: tuple[str, ...]
    paper: str
    img_suffix: str
    seg_map_suffix: str
    table: str
    reduce_zero_label: bool = False
    server_ids: tuple[int, ...] | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return tuple(name for name, _ in read_table(self.table))

    @property
    def palette(self) -> list[list[int]]:
        """The colours of the classes, ``[red, green, blue]``, 0 ... 255."""
        return [list(bytes.fromhex(colour)) for _, colour in read_table(self.table)]

    @property
    def colour_values(self) -> dict[tuple[int, ...], int]:
        """The value in the label maps of each colour: of masks that are published as colours."""
        first = int(self.reduce_zero_label)
        return {tuple(colour): value for value, colour in enumerate(self.palette, first)}

    @property
    def label_values(self) -> range:
        """The values that its label maps may hold, besides 255: the classes, and 0 where that is none of them."""
        return range(len(self.classes) + self.reduce_zero_label)

    @property
    def layout(self) -> dict[str, str | bool]:
        """What :class:`mmseg.datasets.CustomDataset` has to know of the files."""
        return {'img_suffix': self.img_suffix, 'seg_map_suffix': self.seg_map_suffix,
                'reduce_zero_label': self.reduce_zero_label}


def read_table(table: str) -> list[tuple[str, str]]:
    """The (name, colour) of each class of a table, see :class:`Facts`; a name may end in a blank of its own."""
    return [tuple(entry.strip().rsplit(' ', 1)) for entry in table.split(',')]
