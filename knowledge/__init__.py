"""What is known: words and how alike they are, articles and how they are found."""
