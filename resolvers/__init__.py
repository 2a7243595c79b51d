"""Who asks, what is loaded, one transaction: a function for each mutation, data for each edge."""
