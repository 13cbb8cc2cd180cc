"""A month of made-up traffic, so that every page can be seen with something on it."""
