import { existsSync } from 'node:fs'
import { ExploreError } from '@explore/explore'
import { ANYONE, type Caller } from './caller.ts'
import { callersOf, hashOf, isKey, keysOf, keysOfLine } from './keys.ts'
import { tokenVerifier } from './tokens.ts'
import { watchedFile } from './watched-file.ts'

/** Who may call. */
export interface Access {
  /** Whether keys or tokens are asked for at all. */
  readonly enforced: boolean
  /** Who sent the header `authorization`; throws UNAUTHENTICATED, TOKEN_INVALID or JWKS_UNREACHABLE. */
  readonly callerOf: (authorization: string | undefined) => Promise<Caller>
}

export interface AccessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The keys file where EXPLORE_KEYS names none; it need not be there. */
  readonly keysFile: string
  readonly now: () => number
  /** Hears of a keys file that was edited and is not sound, and of its recovery. */
  readonly tell: (problem?: ExploreError) => void
}

/** A server that asks nobody who they are. */
export const OPEN: Access = { enforced: false, callerOf: async () => ANYONE }

/**
 * Keys from EXPLORE_KEYS (a file, else the home's own) and EXPLORE_API_KEYS, tokens by EXPLORE_JWKS; open where there is
 * none of these. Throws KEYS_INVALID for what is there and is not sound.
 */
export const accessOf = ({ environment, keysFile, now, tell }: AccessOptions): Access => {
  const { EXPLORE_KEYS: named, EXPLORE_API_KEYS: line, EXPLORE_JWKS: jwks } = environment
  const file = named ?? (existsSync(keysFile) ? keysFile : undefined)
  if (file === undefined && line === undefined && jwks === undefined) return OPEN

  const fromFile =
    file === undefined
      ? undefined
      : watchedFile(file, text => callersOf(keysOf(text)), { now, tell })
  const fromLine = callersOf(keysOfLine(line ?? ''))
  const verify =
    jwks === undefined
      ? undefined
      : tokenVerifier({
          ...{ jwks, now, tell },
          issuer: required(environment, 'EXPLORE_JWT_ISSUER'),
          audience: required(environment, 'EXPLORE_JWT_AUDIENCE'),
        })
  return {
    enforced: true,
    callerOf: async authorization => {
      const credential = /^Bearer +([\w.~+/=-]{1,8192})$/i.exec(authorization ?? '')?.[1]
      if (credential === undefined) throw unknown('there is no key and no token')
      if (!isKey(credential)) {
        if (verify === undefined) throw unknown('this is no key, and tokens are not taken')
        return verify(credential)
      }
      const hash = hashOf(credential)
      const caller = fromFile?.().get(hash) ?? fromLine.get(hash)
      if (caller === undefined) throw unknown('this key is not known here')
      return caller
    },
  }
}

const unknown = (message: string): ExploreError =>
  new ExploreError('UNAUTHENTICATED', message, { field: 'authorization' })

const required = (environment: AccessOptions['environment'], name: string): string => {
  const value = environment[name]
  if (value) return value
  throw new ExploreError('KEYS_INVALID', `${name} must be set beside EXPLORE_JWKS`, { field: name })
}
