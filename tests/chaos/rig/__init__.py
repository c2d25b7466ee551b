"""What a cell can do to a stack: proxies in its connections, further instances, clocks, disks, backups."""
