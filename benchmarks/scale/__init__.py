"""How the cost of planning grows with the number of places."""
