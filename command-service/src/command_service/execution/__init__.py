"""How a command is carried out: in turn, decided on the ticket's state, appended, answered."""
