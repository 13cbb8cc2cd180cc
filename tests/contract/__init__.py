"""One contract for every channel: the same conversation has the same outcomes and says the same, over a real socket."""
