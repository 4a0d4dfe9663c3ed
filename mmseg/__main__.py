"""``python -m mmseg COMMAND``, as the console command does it."""

from .commands import main

if __name__ == '__main__':
    main()
