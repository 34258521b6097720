"""What the API takes and gives: one module of marshmallow schemas for each resource."""
