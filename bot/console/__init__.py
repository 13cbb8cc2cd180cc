"""The console of the staff: its door, its shell, its pages. ``pages.py`` names all pages."""
