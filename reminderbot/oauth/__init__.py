"""Signs in at a provider with OAuth2 (RFC 6749): keeps the refresh token, gives out access tokens."""
