"""One delivery day as the operator watches it: how far it is, what is stuck, its routes and its orders."""
