"""A database as large as years of work leave it, and how long its questions take."""
