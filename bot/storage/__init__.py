"""What must survive: tables, transactions, and what is written to and read from them. No decision is made here."""
