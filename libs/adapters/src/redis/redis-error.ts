import { type ErrorCode, ExploreError } from '@explore/explore'
import type { RedisTarget } from './redis-target.ts'

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

/** What went wrong, with a code from the catalogue; what Redis did not say itself is a connection's trouble. */
export const redisError = (
  { name, tls }: Pick<RedisTarget, 'name' | 'tls'>,
  cause: unknown,
): ExploreError => {
  if (cause instanceof ExploreError) return cause
  const { message } = Object(cause) as Error
  const code = CODES[/^[A-Z]+(?= )/.exec(message)?.[0] ?? ''] ?? 'STORE_UNREACHABLE'
  const options =
    code === 'STORE_UNREACHABLE' && !/ECONNREFUSED|ENOTFOUND|ETIMEDOUT|certificate/.test(message)
      ? { cause, hint: tls ? MAYBE_PLAIN : MAYBE_TLS }
      : { cause }
  return new ExploreError(code, `${name}: ${message}`, options)
}

// Neither side says so when it hears the other's protocol: it waits, or hangs up.
const MAYBE_PLAIN = 'see whether it is busy; if it speaks plaintext, write redis:// for rediss://'
const MAYBE_TLS = 'see whether it is busy; if it speaks TLS, write rediss:// for redis://'
