"""What projects take from mmdet's utilities where no mmdet is installed."""

from collections.abc import Sized


class NiceRepr:
    """Gives a class a short text: ``<Name(what __nice__ says)>``; without ``__nice__`` its length, if it has one."""

    def __nice__(self) -> str:
        """What is told of the object.

        Raises:
            NotImplementedError: it has no length either.
        """
        if isinstance(self, Sized):
            return str(len(self))
        raise NotImplementedError(f'{type(self).__name__} needs __nice__, which returns a text, or __len__')

    def _text(self) -> str | None:
        try:
            return self.__nice__()
        except NotImplementedError:
            return None

    def __repr__(self) -> str:
        text = self._text()
        return object.__repr__(self) if text is None else f'<{type(self).__name__}({text}) at {id(self):#x}>'

    def __str__(self) -> str:
        text = self._text()
        return object.__repr__(self) if text is None else f'<{type(self).__name__}({text})>'
