"""The command line of Wellspring and its one-machine launcher."""
