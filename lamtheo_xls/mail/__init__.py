"""Owns letters and mail servers: what a letter looks like, sending it, the mailbox, the days on which one writes."""
