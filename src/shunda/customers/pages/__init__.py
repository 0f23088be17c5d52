"""The pages of customers."""

from shunda.customers.pages.file import create, detail, edit, index, suggest
from shunda.customers.pages.parts import (
    address_create,
    address_edit,
    attach,
    contact_create,
    contact_edit,
    detach,
    paper,
)
from shunda.customers.pages.standing import assign, freeze, unfreeze
from shunda.customers.pages.terms import term_create, term_edit, terms

__all__ = [
    "address_create",
    "address_edit",
    "assign",
    "attach",
    "contact_create",
    "contact_edit",
    "create",
    "detach",
    "detail",
    "edit",
    "freeze",
    "index",
    "paper",
    "suggest",
    "term_create",
    "term_edit",
    "terms",
    "unfreeze",
]
