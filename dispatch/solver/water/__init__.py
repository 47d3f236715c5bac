"""The search for plans of all the water: programs, goals in order, reasons."""
