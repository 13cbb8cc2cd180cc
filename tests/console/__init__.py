"""The console: its door over real HTTP, its pages in a real browser, the server a process of its own."""
