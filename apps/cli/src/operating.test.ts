import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { startKafka, whyNoKafka } from '@explore/servers'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { homes } from './testing/homes.ts'
import { explore } from './testing/run-explore.ts'

const COSTS = join(import.meta.dirname, '../../../libs/fleet/src/plan/costs.json')
const folder = homes()
const home = folder.next()

beforeAll(async () => {
  const { bundles } = await tinyHome(home, { end: Date.now() - 3_600_000, bundles: ['only'] })
  await promoteBundle(bundles, 'only')
}, 300_000)
afterAll(folder.remove)

/** What a command that must succeed says. */
const said = async (args: readonly string[], env: Record<string, string> = {}): Promise<string> => {
  const { code, stdout, stderr } = await explore(args, { env })
  expect(code, stderr).toBe(0)
  return stdout
}
const told = async (...args: readonly string[]) =>
  JSON.parse(await said([...args, '--json', '--home', home]))

it('a home is backed up, looked at, and restored into another', async () => {
  const [backup, other] = [join(folder.root, 'backup'), folder.next()]
  await said(['backup', backup, '--home', home])
  await said(['restore', backup, '--check', '--home', other])
  await said(['restore', backup, '--home', other])
  expect(await said(['bundle', 'list', '--home', other])).toMatch(/▶ +only/)
  const page = await said(['page', 'u1', '--json', '--home', other])
  expect(JSON.parse(page)).toMatchObject({ bundle: 'only', degraded: [] })
  expect(await explore(['restore', backup, '--home', other])).toMatchObject({
    ...{ code: expect.any(Number), stdout: '' },
    stderr: expect.stringContaining('RESTORE_OCCUPIED'),
  })
}, 300_000)

it('a viewer is exported, and forgotten', async () => {
  expect(await told('user', 'export', 'u17')).toMatchObject({ user: 'u17' })
  expect(await told('user', 'forget', 'u17')).toMatchObject({ user: 'u17', profile: true })
  const again = await told('user', 'export', 'u17')
  expect(JSON.stringify(again)).not.toContain('item-')
}, 300_000)

it('a message between services is read as rows, with the ids of its items', async () => {
  const recorded = (name: string, column: Uint32Array | Float32Array): string => {
    const file = join(folder.root, `${name}.json`)
    const [field, bytes] = [name === 'request' ? 'items' : 'light', Buffer.from(column.buffer)]
    writeFileSync(file, JSON.stringify({ [field]: bytes.toString('base64') }))
    return file
  }
  const request = recorded('request', Uint32Array.of(4, 1))
  const answer = recorded('answer', Float32Array.of(0.25, NaN))
  const view = ['wire', 'ScoreResponse', answer, '--request', request, '--ids', '--home', home]
  const text = await said([...view, '--rows', '1'])
  expect(text).toMatch(/^0 +4 +item-4 +0.250$/m)
  expect(text).toMatch(/^✗ light has 1 values that are no numbers$/m)
  expect(text).toMatch(/1 more rows/)
  expect(JSON.parse(await said([...view, '--json'])).rows[1]).toEqual([1, 'item-1', 'NaN'])
  expect(await explore(['wire', 'Moon', answer, '--home', home])).toMatchObject({ code: 2 })
  const gone = ['wire', 'ScoreResponse', join(folder.root, 'gone'), '--home', home]
  expect(await explore(gone)).toMatchObject({ code: 2 })
}, 300_000)

it('keys are made, listed without their secrets, and removed', async () => {
  const key = (await said(['keys', 'add', 'shop', '--role', 'service', '--home', home])).trim()
  await said(['keys', 'add', 'ann', '--role', 'viewer', '--user', 'u17', '--home', home])
  const listed = await said(['keys', 'list', '--home', home])
  expect(listed).toMatch(/shop/)
  expect(key.length).toBeGreaterThan(30)
  for (const word of key.split(/\s+/)) if (word.length > 30) expect(listed).not.toContain(word)
  await said(['keys', 'remove', 'shop', '--home', home])
  expect(await said(['keys', 'list', '--home', home])).not.toContain('shop')
  await said(['keys', 'remove', 'ann', '--home', home])
}, 300_000)

it('a fleet is planned, as a table and as values of the chart, by these costs or others', async () => {
  const wish = ['plan', '--rps', '300', '--items', '1000000', '--users', '5000000']
  expect(await said(wish)).toMatch(/gateway +\d+/)
  const values = await said([...wish, '--values'])
  const preset = join(import.meta.dirname, '../../../deploy/chart/values-medium.yaml')
  expect(values).toBe(readFileSync(preset, 'utf8'))
  expect(await said([...wish, '--values', '--costs', COSTS])).toBe(values)
}, 300_000)

it('topics are made, and lag and dead letters are told', async ({ skip }) => {
  const why = whyNoKafka()
  skip(why !== undefined, why)
  const kafka = await startKafka()
  onTestFinished(() => kafka.stop())
  const bus = { EXPLORE_EVENTS: `${kafka.url}/?prefix=cli${process.pid}.` }
  const over = folder.next()
  mkdirSync(over)
  const at = ['--home', over]
  const topics = ['topics', 'create', '--partitions', '2', ...at]
  expect(await said(topics, bus)).toMatch(/^\+ .*created/m)
  expect(await said(topics, bus)).not.toMatch(/^\+/m)
  expect(await said(['lag', ...at], bus)).toContain('0 events not folded yet')
  expect(await said(['dlq', 'list', ...at], bus)).toContain('0 dead letters')
  expect(await said(['dlq', 'replay', ...at], bus)).toContain('0 records sent again')
  const none = await explore(['dlq', 'show', '--offset', '3', ...at], { env: bus })
  expect(none.stderr).toContain('there is no dead letter at offset 3')
}, 400_000)
