"""The tasks themselves, one file each. A new file here is found without being listed."""
