"""The running room: settings, doors, channels and storage."""
