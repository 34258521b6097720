"""Templates of real forms, and how to make their blanks."""
