import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type FakeCluster, startFakeCluster, whyNoCluster } from './fake-cluster.ts'
import { BASE } from './toggles.ts'

const why = process.env.EXPLORE_CLUSTER ? whyNoCluster() : 'only asked for by npm run test:cluster'
const CHART = join(import.meta.dirname, '../../deploy/chart')
const folder = mkdtempSync(join(tmpdir(), 'explore-cluster-'))
const values = join(folder, 'values.json')
let cluster: FakeCluster

beforeEach(({ skip }) => skip(why !== undefined, why))
beforeAll(async () => {
  if (why !== undefined) return
  writeFileSync(values, JSON.stringify(BASE))
  cluster = await startFakeCluster()
}, 3_600_000)
afterAll(async () => {
  await cluster?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const preset = (size: string) => [CHART, '-f', join(CHART, `values-${size}.yaml`), '-f', values]
const rendered = (size: string) => cluster.helm('template', 'shop', ...preset(size))

it.each(['small', 'medium', 'large'])(
  'the API server takes every document of the %s preset',
  async size => {
    const text = await rendered(size)
    const documents = parseAllDocuments(text).filter(document => document.toJS() !== null)
    const said = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], text)
    expect(documents.length).toBeGreaterThan(40)
    expect(said.match(/ (created|configured) \(server dry run\)/g)).toHaveLength(documents.length)
  },
)

it('and would not take a field that is none, a selector that selects nothing of its own, a pod with a right', async () => {
  const text = await rendered('small')
  const wrong = [
    text.replace('revisionHistoryLimit', 'revisionHistoryLimits'),
    text.replace(
      /(kind: Deployment[^]*?matchLabels:\s+app.kubernetes.io\/name: )explore/,
      '$1other',
    ),
    text.replaceAll('allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'),
  ]
  for (const each of wrong) {
    expect(each).not.toBe(text)
    const applied = cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], each)
    await expect(applied).rejects.toMatchObject({ code: 1 })
  }
})
