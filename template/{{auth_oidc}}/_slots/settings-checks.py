if self.guarded and not self.oidc_issuer.startswith("https://"):
    raise ValueError("OIDC_ISSUER must be set, and begin with https://")
if self.guarded and not self.oidc_audience:
    raise ValueError("OIDC_AUDIENCE must be set")
if not (self.oidc_issuer and self.oidc_audience):
    self._remarks.append("OIDC_ISSUER and OIDC_AUDIENCE are not set: nobody is let in")
