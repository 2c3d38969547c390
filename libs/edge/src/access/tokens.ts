import { ExploreError, ID_PATTERN } from '@explore/explore'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import type { Caller } from './caller.ts'
import { watchedFile } from './watched-file.ts'

/** Whose tokens are taken. */
export interface TokenOptions {
  /** URL of a JSON Web Key Set, https but on this machine, or a file that holds one. */
  readonly jwks: string
  readonly issuer: string
  readonly audience: string
  readonly now: () => number
  readonly tell: (problem?: ExploreError) => void
}

/** Signatures by a private key that this server does not have: never `none`, never a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']
/** Clocks of issuers may be off by so many seconds. */
const TOLERANCE = 30
const TIMEOUT = 3000
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
const ID = new RegExp(ID_PATTERN)

/** The viewer whom a token is for; throws TOKEN_INVALID with what is wrong, JWKS_UNREACHABLE without the issuer's keys. */
export const tokenVerifier = (options: TokenOptions): ((token: string) => Promise<Caller>) => {
  const keyOf = keySet(options)
  const { issuer, audience, now } = options
  return async token => {
    const { payload } = await jwtVerify(token, keyOf, {
      ...{ issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['sub', 'exp'] },
      ...{ clockTolerance: TOLERANCE, currentDate: new Date(now()) },
    }).catch(refuse)
    if (!ID.test(payload.sub!)) throw invalid('its sub is not the id of a viewer')
    return { name: 'jwt', role: 'viewer', user: payload.sub! }
  }
}

const keySet = ({ jwks, now, tell }: TokenOptions): JWTVerifyGetKey => {
  const url = URL.canParse(jwks) ? new URL(jwks) : undefined
  if (url === undefined) {
    const current = watchedFile(jwks, text => createLocalJWKSet(JSON.parse(text)), { now, tell })
    return (header, token) => current()(header, token)
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))) {
    return createRemoteJWKSet(url, { timeoutDuration: TIMEOUT })
  }
  throw new ExploreError(
    'KEYS_INVALID',
    `EXPLORE_JWKS: ${url.protocol} could be read and changed`,
    {
      ...{ field: 'EXPLORE_JWKS', hint: 'name a URL of https, or a file' },
    },
  )
}

const invalid = (why: string, cause?: unknown): ExploreError =>
  new ExploreError('TOKEN_INVALID', `the token is refused: ${why}`, {
    ...{ field: 'authorization', cause },
  })

/** jose's own words name the claim at fault, and nothing of the token. */
const refuse = (cause: unknown): never => {
  const refused =
    cause instanceof errors.JOSEError &&
    !(cause instanceof errors.JWKSTimeout) &&
    !(cause instanceof errors.JWKSInvalid) &&
    // What a key set's server answers that is no key set comes without a code of its own.
    cause.code !== 'ERR_JOSE_GENERIC'
  if (refused) throw invalid(cause.message, cause)
  throw new ExploreError('JWKS_UNREACHABLE', "the issuer's keys can't be had", { cause })
}
