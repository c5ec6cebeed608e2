"""What can be done with interest, places and seats; each action is one transaction."""
