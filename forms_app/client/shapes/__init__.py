"""What the API takes and gives, as frozen dataclasses: one module for each kind of thing."""
