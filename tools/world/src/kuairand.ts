import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { createNumbering, type Impressions, type Label } from './impressions.ts'

const LABEL_COLUMNS = {
  click: 'is_click',
  long_view: 'long_view',
  like: 'is_like',
  share: 'is_forward',
  comment: 'is_comment',
  follow: 'is_follow',
  see_less: 'is_hate',
} as const satisfies Partial<Record<Label, string>>

/**
 * Reads a log of impressions in KuaiRand's columns (Gao et al., CIKM 2022): CSV with a header,
 * no quotes, gzipped. Throws an Error that names a missing column.
 */
export const readKuaiRand = (file: string): Impressions => {
  const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  const names = header.split(',')
  const column = (name: string) => {
    const at = names.indexOf(name)
    if (at < 0) throw new Error(`${file} has no column ${name}`)
    return at
  }
  const time = column('time_ms')
  const rows = lines.map(line => line.split(',')).sort((a, b) => +a[time]! - +b[time]!)
  const numbers = (name: string) => {
    const [at, numbering] = [column(name), createNumbering()]
    return Int32Array.from(rows, row => numbering(row[at]!))
  }
  const flags = ([label, name]: [string, string]) => {
    const at = column(name)
    return [label, Uint8Array.from(rows, row => (row[at] === '1' ? 1 : 0))] as const
  }
  return {
    length: rows.length,
    users: numbers('user_id'),
    items: numbers('video_id'),
    times: Float64Array.from(rows, row => +row[time]!),
    labels: Object.fromEntries(Object.entries(LABEL_COLUMNS).map(flags)),
  }
}
