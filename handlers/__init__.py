"""The talking room: one file for each thing the bot can do, as pure functions. This listing answers “what can it do?”."""
