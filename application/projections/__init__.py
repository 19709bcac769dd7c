"""From one event to changes of rows: the same functions fill the read tables inline and rebuild them."""
