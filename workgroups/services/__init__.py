"""What can be done with hubs, their staff and their offerings; each action is one transaction."""
