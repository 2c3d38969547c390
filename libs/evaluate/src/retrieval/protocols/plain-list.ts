import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { ExploreError, type Event, ID_PATTERN } from '@explore/explore'

const ID = new RegExp(ID_PATTERN)
/** Rows without a time follow each other at this distance. */
const STEP = 1000
const SEPARATOR = /[,\t;]| +/

/**
 * Reads `user,item[,time]` rows as clicks: commas, tabs or blanks between them, a header or none, times in seconds
 * or milliseconds, gzip by the name's end. Without times the order of the file is the order of time. Throws
 * IMPORT_FILE with the line that is wrong.
 */
export const readPlainList = async (path: string): Promise<readonly Event[]> => {
  const refuse = (message: string, cause?: unknown): never => {
    throw new ExploreError('IMPORT_FILE', `${path}${message}`, {
      field: path,
      hint: 'a plain list has a line `user,item` or `user,item,time` for each positive',
      cause,
    })
  }
  const bytes = await readFile(path).catch((cause: Error) => refuse(`: ${cause.message}`, cause))
  let content: string
  try {
    content = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (cause) {
    return refuse(': it is no gzip file', cause)
  }
  const events: Event[] = []
  let width = 0
  content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((line, i) => {
      if (line.trim() === '') return
      const at = `, line ${i + 1}`
      const [user = '', item = '', time] = line.trim().split(SEPARATOR)
      const cells = time === undefined ? 2 : 3
      if (item === '') return refuse(`${at}: it has no item`)
      if (events.length === 0 && width === 0 && /^(user|item|uid|iid)/i.test(user)) {
        width = cells
        return
      }
      if (width !== 0 && cells !== width) {
        return refuse(`${at}: it has ${cells} cells, the lines before have ${width}`)
      }
      width = cells
      for (const id of [user, item]) {
        if (!ID.test(id)) return refuse(`${at}: ${JSON.stringify(id)} is no id`)
      }
      const stamp = time === undefined ? (events.length + 1) * STEP : Number(time)
      if (time === '' || !Number.isFinite(stamp) || stamp < 0) {
        return refuse(`${at}: ${JSON.stringify(time)} is no time`)
      }
      events.push({
        eventId: `${i + 1}`,
        userId: user,
        itemId: item,
        type: 'click',
        time: stamp < 1e11 && time !== undefined ? stamp * 1000 : stamp,
      })
    })
  if (events.length === 0) refuse(': it has no rows')
  return width === 3 ? events.sort((a, b) => a.time - b.time) : events
}
