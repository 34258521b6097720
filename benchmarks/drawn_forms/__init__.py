"""Drawn blank forms with everything that automatic detection looks for, and where it stands."""
