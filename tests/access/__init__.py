"""Who may see and do what: a town with two of everyone, the table of all addresses, and what both promise."""
