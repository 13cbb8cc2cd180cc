"""The support desk: tickets, the staff who take them, and the words between them and the users."""
