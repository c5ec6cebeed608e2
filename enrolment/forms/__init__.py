"""What schools may type: the form of interest, and the answer to an offered place."""
