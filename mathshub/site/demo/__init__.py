"""The demonstration: two invented hubs over the real register, for `make start` and no other use."""
