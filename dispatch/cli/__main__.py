"""``python -m dispatch.cli`` is the same as ``dispatch``."""

from dispatch.cli import main

main()
