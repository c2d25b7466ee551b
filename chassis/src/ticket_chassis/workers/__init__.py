"""Several processes behind one port: a supervisor that forks them, and what each of them does for the others."""
