"""What is sold: categories, units, products with technical parameters, and their SKUs.

Words: a *product* is the thing with a model and specification; a *SKU* is what is stocked, priced and ordered.
It refuses to know prices and stock.
"""
