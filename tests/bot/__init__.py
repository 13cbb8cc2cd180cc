"""Tests of the running program: settings, command line, web chat."""
