"""What is known of images, in plain dicts and lists that also read as the containers in which 0.x had them."""


class ImageMeta(dict):
    """What is known of one image, such as its file and its shapes."""

    @property
    def data(self) -> 'ImageMeta':
        """Itself, as what was in its container."""
        return self


class ImageMetas(list):
    """Those of the images of a batch."""

    @property
    def data(self) -> 'list[ImageMetas]':
        """The batches of all devices, of which a process has one."""
        return [self]
