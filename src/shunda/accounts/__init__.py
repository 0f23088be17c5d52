"""Who works here and what each may do: users, roles, regions, API tokens; it turns a request into an Actor.

Words: a *role* is a set of permissions and a *reach* (own, region, all); a *region* is a sales territory.
It refuses to know what the permissions mean: it only holds their names.
"""
