"""Term dates: what somebody says of a borough's terms, whether it can be, and tables of it."""
