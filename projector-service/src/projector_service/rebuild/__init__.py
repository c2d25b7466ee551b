"""What operators do to make the read documents anew: start, status, compare, cut over, abort, clean."""
