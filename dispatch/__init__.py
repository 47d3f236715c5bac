"""Plan, prove and follow water deliveries to villages in a drought."""
