"""What a person may do; the web desk and the command line both call this."""
