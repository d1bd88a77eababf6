"""Families of laws with closed forms: what is a function of ∫ p^a q^(1−a), from each family's own KL."""
