"""The path of a page, one module per stage; pure functions on NumPy arrays and frozen data."""
