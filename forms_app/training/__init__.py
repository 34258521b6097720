"""Training, evaluation and export of the character classifier. Only the CLI imports it."""
