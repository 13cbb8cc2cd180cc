"""What the channel is called in the database."""

NAME = "wecom"
