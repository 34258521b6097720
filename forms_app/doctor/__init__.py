"""Whether everything works that Fieldhand stands on, and what to do where it does not.

Each module checks one group with plain functions: settings in, findings out. Nothing is changed but
for a small probe that is deleted at once.
"""
