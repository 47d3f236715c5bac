"""Public routing instances: readers, an independent judge, runs of our search."""
