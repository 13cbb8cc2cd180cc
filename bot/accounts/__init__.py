"""Who may use the console: accounts, roles, passwords, sessions."""
