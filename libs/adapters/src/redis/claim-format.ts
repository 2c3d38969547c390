import { ExploreError } from '@explore/explore'
import type { RedisLink } from './open-redis.ts'
import { script } from './script.ts'

/** Of all keys of a prefix. Users' states and lists have versions of their own. */
const FORMAT = 1

const CLAIM = script(`
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
`)

/** Writes the format's version where there is none, else checks it. Throws STATE_NEWER, STATE_BROKEN. */
export const claimFormat = async (link: RedisLink): Promise<void> => {
  const { prefix, name } = link.target
  const format = Number(`${(await link.run(CLAIM, [`${prefix}:format`], [`${FORMAT}`])) as Buffer}`)
  if (format === FORMAT) return
  throw new ExploreError(
    format > FORMAT ? 'STATE_NEWER' : 'STATE_BROKEN',
    `${name}: ${prefix} has format ${format}, this version reads ${FORMAT}`,
  )
}
