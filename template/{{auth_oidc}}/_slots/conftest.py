os.environ["OIDC_ISSUER"] = processes.enter_context(providing())
os.environ["OIDC_AUDIENCE"] = AUDIENCE
