"""The demo company: a wholesaler of food, and all its 830 orders replayed through the ordinary actions.

The data (``data/``, see the notice there) is Northwind's. Nothing here writes a table by itself: people, goods,
customers, orders, shipments, invoices and payments come about as they would in life, by the people whose work it is,
on the day it happened.
"""
