"""What things cost: price lists by customer, grade, quantity and date; tax; floors; and why a price is what it is.

Words: a *quote* is the answer to "what does this customer pay for that much of this on that day", with reasons.
Pure arithmetic of documents (line amounts, shares, capitals) is in ``rules``.
"""
