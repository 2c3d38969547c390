import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EvaluationInput } from '../evaluation.ts'
import type { Report } from '../report.ts'
import { evaluateRetrieval } from './evaluate-retrieval.ts'
import { plantedClicks } from './planted-clicks.ts'

const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const data = plantedClicks({ users: 100 })
const PARAMS = 'epochs=4,batch=64,lambda=10,dimension=16,hidden=32'

const run = (protocol: string, flags: EvaluationInput['flags'], seeds = 1): Promise<Report> =>
  evaluateRetrieval({
    protocol,
    seeds,
    flags: { params: PARAMS, k: '10,20', ...flags },
    data: async () => data,
    served: () => Promise.reject(new Error('not asked for')),
    now: () => 0,
    onProgress: () => {},
    signal: new AbortController().signal,
  })

/** R@10 of each method. */
const recalls = ({ tables }: Report): Record<string, number> =>
  Object.fromEntries(
    tables[0]!.rows.map(({ name, cells }) => [name, (cells[0] as { value: number }).value]),
  )

describe('evaluateRetrieval', () => {
  it('finds what was planted by every method that learns tastes, and by no other', async () => {
    const report = await run(
      'time',
      { only: 'random,popularity,ItemCF,EASE,two towers,source similar,merged' },
      2,
    )
    const found = recalls(report)
    // Ten of the hundred items that are not masked; those of one's taste are some twelve.
    expect(found['random']).toBeLessThan(0.2)
    expect(found['popularity']).toBeLessThan(0.25)
    for (const name of ['ItemCF', 'EASE', 'two towers', 'merged sources']) {
      expect([name, found[name]! > 0.4]).toEqual([name, true])
    }
    const [quality, reach] = report.tables
    expect(quality!.rows.find(({ name }) => name === 'two towers')!.cells[0]).toMatchObject({
      deviation: expect.any(Number) as number,
      low: expect.any(Number) as number,
    })
    expect(reach!.columns.map(({ name }) => name)).toEqual([
      'head',
      'mid',
      'tail',
      'cold',
      'coverage',
    ])
    expect(() => structuredClone(report)).not.toThrow()
  })

  it('falls to chance where labels are shuffled', async () => {
    const found = recalls(
      await run('time', { shuffleLabels: true, only: 'ItemCF,EASE,two towers' }),
    )
    for (const [name, recall] of Object.entries(found)) {
      expect([name, recall < 0.25]).toEqual([name, true])
    }
  })

  it('leaves one out of what each user did', async () => {
    const report = await run('leave-one-out', { only: 'random,ItemCF,towers,two towers' })
    const found = recalls(report)
    expect(Object.keys(found)).toEqual(['random', 'ItemCF', 'towers without logQ', 'two towers'])
    expect(found['two towers']).toBeGreaterThan(2 * found['random']!)
    expect(report.facts['test users']).toBe(100)
  })

  it('ranks plain lists of ids, and chooses hyperparameters on a part of the training list', async () => {
    const rows = data.events.filter(({ type }) => type === 'click')
    const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')]
    const lines = (part: typeof rows): string =>
      ['user,item', ...part.map(({ userId, itemId }) => `${userId},${itemId}`)].join('\n')
    writeFileSync(train, lines(rows.slice(0, 800)))
    writeFileSync(test, lines(rows.slice(800)))
    const params = 'epochs=15,batch=64,dimension=16,hidden=32'
    const flags = { train, test, params, only: 'random,EASE,two towers', tune: '1' }
    const report = await run('lists', flags)
    const found = recalls(report)
    expect(found['EASE']).toBeGreaterThan(2 * found['random']!)
    expect(found['two towers']).toBeGreaterThan(2 * found['random']!)
    expect(report.facts['training positives']).toBe(800)
  })

  it('compares HNSW with exact search where it is installed', async () => {
    const { tables } = await run('time', { only: 'random', ann: true })
    const ann = tables.at(-1)!
    expect(ann.title).toContain('efSearch')
    for (const { cells } of ann.rows) expect(cells[0]).toBeGreaterThan(0.9)
  })

  it.each([
    [{ k: '0' }, 'k'],
    [{ tune: 'much' }, 'tune'],
    [{ only: 'nothing' }, 'only'],
    [{ params: 'epoch=3' }, 'epoch'],
    [{ params: 'epochs=0' }, 'epochs'],
    [{ params: join(folder, 'absent.json') }, undefined],
    [{ positives: 'report' }, 'positives'],
  ])('refuses %o', async (flags, field) => {
    await expect(run('time', flags)).rejects.toMatchObject({ code: 'USAGE', field })
  })

  it('needs both lists', async () => {
    await expect(run('lists', { train: 'x' })).rejects.toMatchObject({ code: 'USAGE' })
  })
})
