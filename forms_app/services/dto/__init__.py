"""What services hand out: frozen plain data, never database objects."""
