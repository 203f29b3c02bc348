"""What people see and press in a browser: REST API and live pages."""
