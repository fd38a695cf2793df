"""What upload platforms decide: which bytes they have, whether a film may stay, and how far it is."""
