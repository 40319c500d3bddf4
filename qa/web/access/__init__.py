"""Who may ask, write and administer: keys with scopes, checked before the view of a route."""
