"""Tests of the three rooms, folder by folder."""
