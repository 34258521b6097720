"""The JSON API under `/api/v1`; `installing.install` puts it onto the pages' application."""
