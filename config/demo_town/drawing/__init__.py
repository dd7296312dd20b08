"""Pictures for the demo town, drawn by ourselves: the same rows always get the same pictures."""
