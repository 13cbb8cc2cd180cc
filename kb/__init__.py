"""The knowledge room: content, loading, Chinese text, matching, places and scoring. Pure: no network, clock or settings."""
