"""Several clients that send commands and read, for as long as a cell takes, and write down what they did and saw."""
