"""Work nobody waits for: the relay, reactions to events, and timers."""
