"""Pages: the customer's (``door``) and ours (``desk``)."""
