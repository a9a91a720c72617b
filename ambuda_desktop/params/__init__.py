"""The parameters of each task, without its code: the window and the command line submit by these."""
