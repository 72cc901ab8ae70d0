if self.guarded and "KUBERNETES_SERVICE_HOST" in os.environ:
    raise ValueError("DATABASE_URL is a file, which replicas cannot share")
