"""What can be done with sessions; each action is one transaction."""
