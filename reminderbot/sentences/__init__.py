"""Says to whoever works here what the program knows: the texts of each language, and the sentences made of them."""
