"""The kits: what the papers of a lab are made of. No kit imports a paper or another kit."""
