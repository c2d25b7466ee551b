"""What holds the contracts between the teams: schemas written from the models, and the gate that compares them."""
