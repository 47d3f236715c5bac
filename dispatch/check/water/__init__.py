"""The rules of a plan of all the water, recomputed from tables and plan alone."""
