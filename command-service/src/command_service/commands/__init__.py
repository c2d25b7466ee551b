"""The ten commands, one a file: what each takes, and the event that it decides on."""
