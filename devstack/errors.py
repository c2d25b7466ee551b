"""What goes wrong on a developer's machine, in words that say what to do."""


class StackError(Exception):
    """The stack cannot do what was asked; the text says why and, where known, the command that helps."""
