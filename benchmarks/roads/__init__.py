"""Travel matrices on real road networks, beside plain SciPy and RoutingKit."""
