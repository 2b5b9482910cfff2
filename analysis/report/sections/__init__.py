"""One file per section of the report: from its content to the tables and plots shown."""
