"""The settings, a group a module. A new one is declared in its group, then `make settings`."""
