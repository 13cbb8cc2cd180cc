"""The figures of the helpdesk, all reckoned in SQL."""
