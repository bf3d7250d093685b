"""What `make release` does: nothing of it is installed with the program."""


class NoRelease(Exception):
    """Why there is no release, and the cure where there is one."""
