// A new key for an algorithm: the private one as JWK, the public one as PEM.
import { exportJWK, exportSPKI, generateKeyPair } from 'jose'

const { privateKey, publicKey } = await generateKeyPair(process.argv[2], { extractable: true })
console.log(JSON.stringify({ jwk: await exportJWK(privateKey), pem: await exportSPKI(publicKey) }))
