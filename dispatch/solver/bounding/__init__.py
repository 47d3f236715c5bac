"""The proven bound: a radial program, then one over trips found by pricing."""
