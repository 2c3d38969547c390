import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attributeBuckets, Catalogue, FEATURES_VERSION, type Id } from '@explore/explore'
import { LABELS, logBatches, rankingBatch, replay } from '@explore/learn'
import { tinyHome } from '@explore/testkit/home'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Home, homeAt } from '../home.ts'
import { silent } from '../progress.ts'
import { openStores } from '../stores.ts'
import { exportExamples } from './export-examples.ts'

let folder: string
let home: Home
let out: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-export-'))
  home = await tinyHome(join(folder, 'home'), { end: Date.now() - 3_600_000 })
  out = join(folder, 'out')
  await exportExamples(home, { out }, silent)
})
afterAll(() => rmSync(folder, { recursive: true }))

const rowsOf = async (name: string) =>
  parquetReadObjects({ file: await asyncBufferFromFile(join(out, `${name}.parquet`)) })

describe('exportExamples', () => {
  it('writes the rows that training learns from, to the bit', async () => {
    const { log, profiles, close } = await openStores(home)
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const attributes = new Map<Id, Int32Array>()
    for (const user of await profiles.users(undefined, 100)) {
      attributes.set(user.id, attributeBuckets(user))
    }
    const examples = await replay({
      ...{ events: logBatches(log), catalogue, limits: { seen: 4000 } },
      attributes: user => attributes.get(user)!,
    })
    await close()
    const [requests, impressions] = [await rowsOf('requests'), await rowsOf('impressions')]
    expect(impressions).toHaveLength(examples.ranking.length)
    const { users, ranking, viewers } = examples
    const found = new Map(
      impressions.map(row => [
        `${requests[row.request]!.user} ${row.item} ${row.time.getTime()}`,
        row,
      ]),
    )
    for (let i = 0; i < ranking.length; i += 17) {
      const user = users[viewers.user[ranking.viewer[i]!]!]
      const row = found.get(`${user} ${ranking.item[i]} ${ranking.time[i]}`)!
      const { viewers: viewer, candidates, labels } = rankingBatch(examples, [i])
      expect(Float32Array.from(row['candidate.dense'])).toEqual(candidates.dense)
      expect(Float32Array.from(row['candidate.cross'])).toEqual(candidates.cross)
      expect(LABELS.map(head => Number(row[head]))).toEqual([...labels])
      const request = requests[row.request]!
      expect(request['viewer.historyItems']).toEqual([...viewer.historyItems])
      expect(Float32Array.from(request['viewer.dense'])).toEqual(viewer.dense)
    }
  })

  it('says what the columns are and what the models must look like', async () => {
    const schema = JSON.parse(readFileSync(join(out, 'schema.json'), 'utf8'))
    expect(schema).toMatchObject({ featuresVersion: FEATURES_VERSION, items: 200, heads: LABELS })
    for (const name of ['requests', 'impressions', 'items']) {
      const { columns } = schema.files[`${name}.parquet`]
      const [first] = await rowsOf(name)
      expect(Object.keys(first!)).toEqual(columns.map((column: { name: string }) => column.name))
    }
    expect(schema.vocabularies['item.items']).toBe(201)
    expect(schema.models['second-stage'].outputs).toMatchObject({ click: { dtype: 'float32' } })
    expect(schema.models['retrieval-user'].inputs['viewer.dense']).toEqual({
      ...{ dtype: 'float32', width: 20 },
    })
  })

  it('overwrites nothing, and leaves no schema where it is stopped', async () => {
    await expect(exportExamples(home, { out }, silent)).rejects.toMatchObject({
      code: 'FIELD_INVALID',
      field: 'out',
    })
    const half = join(folder, 'half')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(exportExamples(home, { out: half, signal }, silent)).rejects.toThrow('enough')
    expect(readdirSync(half)).not.toContain('schema.json')
  })

  it('has nothing to write of a home without data', async () => {
    const empty = homeAt(join(folder, 'empty'))
    await expect(
      exportExamples(empty, { out: join(folder, 'nothing') }, silent),
    ).rejects.toMatchObject({ code: 'TRAIN_DATA', message: 'the log has no events yet' })
  })
})
