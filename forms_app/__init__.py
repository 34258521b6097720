"""Fieldhand reads the handwriting in paper forms.

Importing this package, or its pure parts (`reading`, `templating`), loads no Flask, Celery or
TensorFlow.
"""
