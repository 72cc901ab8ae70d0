// Any token: `node sign.mjs '{"jwk", "header", "claims"}'`
import { importJWK, SignJWT } from 'jose'

const { jwk, header, claims } = JSON.parse(process.argv[2])
const key = await importJWK(jwk, header.alg)
console.log(await new SignJWT(claims).setProtectedHeader(header).sign(key))
