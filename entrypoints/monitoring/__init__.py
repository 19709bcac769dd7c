"""The health monitor as a part of a serving process: kept running, logged and counted."""
