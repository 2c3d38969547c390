import { ExploreError } from '@explore/explore'
import { parse } from 'secure-json-parse'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a JSON body; throws BODY_MALFORMED for what is empty, not UTF-8, not JSON, or holds `__proto__`. */
export const jsonBody = (bytes: Buffer): unknown => {
  if (bytes.length === 0) throw new ExploreError('BODY_MALFORMED', 'the body is empty')
  try {
    return parse(utf8.decode(bytes))
  } catch (cause) {
    throw new ExploreError('BODY_MALFORMED', `the body: ${(cause as Error).message}`, { cause })
  }
}
