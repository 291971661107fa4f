"""The kits: one for each lab, what its papers are made of. A kit never imports a paper or another kit."""
