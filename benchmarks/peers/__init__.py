"""General routing solvers on the scenarios that they can express."""
