"""Opens scans that people send in a process of its own, within limits of memory and time."""
