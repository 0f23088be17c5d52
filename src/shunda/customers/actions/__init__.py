"""The writes on customers: file, standing, addresses and contacts, papers, payment terms."""

from shunda.customers.actions.file import create_customers, edit_customers
from shunda.customers.actions.papers import attach, detach
from shunda.customers.actions.people import add_addresses, add_contacts, edit_addresses, edit_contacts
from shunda.customers.actions.standing import change_owner, freeze_customers, unfreeze_customers
from shunda.customers.actions.terms import create_terms, edit_terms

__all__ = [
    "add_addresses",
    "add_contacts",
    "attach",
    "change_owner",
    "create_customers",
    "create_terms",
    "detach",
    "edit_addresses",
    "edit_contacts",
    "edit_customers",
    "edit_terms",
    "freeze_customers",
    "unfreeze_customers",
]
