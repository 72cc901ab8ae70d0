// A provider for programs: `node provider.mjs '{"issuer", "port", "keys", "roles", "audience"}'`,
// the roles by the client that has them. It says each path that is asked for.
import Provider from 'oidc-provider'

const { issuer, port, keys, roles, audience } = JSON.parse(process.argv[2])

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: Object.keys(roles).map((id) => ({
    client_id: id,
    client_secret: 'secret',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: keys[0].alg,
  })),
  extraTokenClaims: (context, token) => ({ roles: roles[token.clientId] }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      defaultResource: () => audience,
      getResourceServerInfo: (context, resource) => ({
        scope: '',
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: keys[0].alg } },
      }),
    },
  },
})
provider.use((context, next) => {
  console.log(context.path)
  return next()
})
provider.listen(port, '127.0.0.1')
