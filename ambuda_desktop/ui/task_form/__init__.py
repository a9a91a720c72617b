"""A plain form for the parameters of any task, made from their JSON Schema."""
