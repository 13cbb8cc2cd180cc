"""From an event that a channel has accepted to what is sent in answer: nothing is lost on the way."""
