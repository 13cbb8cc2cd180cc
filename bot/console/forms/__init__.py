"""Forms for what is no record: telephone lines, words, places, topics, golden questions, the bot's own sentences."""
