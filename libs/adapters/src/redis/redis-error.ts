import { type ErrorCode, ExploreError } from '@explore/explore'

/** How Redis begins its refusals. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  WRONGPASS: 'STORE_FORBIDDEN',
  NOAUTH: 'STORE_FORBIDDEN',
  NOPERM: 'STORE_FORBIDDEN',
  READONLY: 'STORE_READ_ONLY',
  OOM: 'STORE_FULL',
  MISCONF: 'STORE_FULL',
  WRONGTYPE: 'STATE_BROKEN',
  CROSSSLOT: 'INTERNAL',
  ERR: 'INTERNAL',
}

/** What went wrong with the Redis called `name`, with a code from the catalogue; what is not known is a connection's end. */
export const redisError = (name: string, cause: unknown): ExploreError => {
  if (cause instanceof ExploreError) return cause
  const { message, code } = Object(cause) as NodeJS.ErrnoException
  const word = /^[A-Z]+(?= )/.exec(message ?? '')?.[0] ?? ''
  // A server that wants no password answers ERR to one.
  if (/^ERR (invalid password|.*AUTH.*without any password)/.test(message)) {
    return new ExploreError('STORE_FORBIDDEN', `${name}: ${message}`, { cause })
  }
  const hint =
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
      ? { hint: 'the server speaks plaintext: redis:// instead of rediss://' }
      : {}
  return new ExploreError(CODES[word] ?? 'STORE_UNREACHABLE', `${name}: ${message}`, {
    cause,
    ...hint,
  })
}
