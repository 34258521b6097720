"""Commands for those who work on Fieldhand; no part of the package."""
