import { createHash } from 'node:crypto'
import type { Script } from './open-redis.ts'

export const script = (lua: string): Script => ({
  lua,
  sha1: createHash('sha1').update(lua).digest('hex'),
})
