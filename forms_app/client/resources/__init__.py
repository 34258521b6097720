"""What a client can do, one class for each kind of thing."""
