"""All the water: the demo and a made-up county, planned and checked against a clock."""
