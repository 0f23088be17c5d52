"""The sales order as a document, and what the documents of all folders above share."""
