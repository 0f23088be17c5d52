"""Pages of credit: who may owe and owes how much and what makes it; raises and proposals waiting for a decision."""
