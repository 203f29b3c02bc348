"""What is known: articles and how they are found."""
