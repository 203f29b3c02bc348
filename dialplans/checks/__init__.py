"""What can be wrong with a flow that can be read: one trade a module, each yields complaints."""
