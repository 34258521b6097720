"""Draws filled forms of a template with known truth: to dry-run, test and train with."""
