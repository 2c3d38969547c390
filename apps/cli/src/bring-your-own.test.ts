import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promoteBundle } from '@explore/adapters'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { homes } from './testing/homes.ts'
import { pythonWith } from './testing/python.ts'
import { explore } from './testing/run-explore.ts'

const example = fileURLToPath(new URL('../../../examples/bring-your-own', import.meta.url))
const folder = homes()
const home = folder.next()
const at = ['--home', home]
const data = join(folder.root, 'data')
const towers = join(folder.root, 'towers')

beforeAll(async () => {
  const { bundles } = await tinyHome(home, {
    end: Date.now() - 3_600_000,
    bundles: ['first', 'second'],
  })
  await promoteBundle(bundles, 'first')
})
afterAll(folder.remove)

const json = async (...args: readonly string[]) => {
  const { code, stdout } = await explore([...args, '--json', ...at])
  return { code, report: stdout === '' ? undefined : JSON.parse(stdout) }
}

describe('explore export examples', () => {
  it('writes what models are trained on, once', async () => {
    const { code, report } = await json('export', 'examples', '--out', data)
    expect(code).toBe(0)
    expect(report).toEqual({ folder: data, requests: 480, impressions: 2880, items: 200 })
    const again = await explore(['export', 'examples', '--out', data, ...at])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toContain('holds an export already')
  })

  it('of a home without data says so', async () => {
    const out = join(folder.root, 'nothing')
    const empty = await explore(['export', 'examples', '--out', out, '--home', folder.next()])
    expect(empty).toMatchObject({ code: 4, stdout: '' })
    expect(empty.stderr).toContain('the log has no events yet')
  })
})

describe('towers trained in Python', () => {
  it('are served', { timeout: 400_000 }, async ({ skip }) => {
    const found = pythonWith(join(example, 'requirements.txt'))
    if ('missing' in found) return skip(found.missing)
    const script = join(example, 'train_towers.py')
    const trained = spawnSync(found.python, [script, data, towers], { encoding: 'utf8' })
    expect(trained.stderr).toMatch(/pass 5: loss/)
    expect(JSON.parse(trained.stdout)).toMatchObject({ items: 200 })
    const losses = [...trained.stderr.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss))
    expect(losses.at(-1)).toBeLessThan(losses[0]!)

    const imported = await json(
      ...['bundle', 'import'],
      ...['--model', `retrieval-user=${join(towers, 'user.onnx')}`],
      ...['--model', `retrieval-item=${join(towers, 'item.onnx')}`],
    )
    expect(imported.report).toMatchObject({ imported: ['retrieval-user', 'retrieval-item'] })
    const { bundle } = imported.report
    expect((await json('bundle', 'promote', 'latest')).report).toMatchObject({
      ...{ bundle, promoted: true, from: 'first' },
    })
    const { report: page } = await json('page', 'u1', '--explain')
    expect(page).toMatchObject({ bundle, origin: 'live', degraded: [] })
    expect(
      page.items.some(({ sources }: never) => (sources as string[]).includes('two-tower')),
    ).toBe(true)
  })
})

describe('explore bundle', () => {
  it('lists, shows, verifies, compares, rolls back and prunes', async () => {
    const { stdout } = await explore(['bundle', 'list', ...at])
    expect(stdout).toMatch(/▶ .*yes/)
    expect(stdout).toMatch(/second .*never promoted/)
    const shown = await explore(['bundle', 'show', 'second', ...at])
    expect(shown.stdout).toContain("signed by this home's key")
    expect((await json('bundle', 'verify', 'first', 'second')).report).toMatchObject([
      { bundle: 'first', sound: true, signed: true },
      { bundle: 'second', sound: true, signed: true },
    ])
    const { report: diff } = await json('bundle', 'diff', 'first', 'second')
    expect(diff).toMatchObject({ facts: ['dimension 16 → 20', 'seed 1 → 2'] })
    expect(diff.files).toContain('vectors.f32')
    expect((await json('bundle', 'promote', 'second')).report).toMatchObject({ promoted: true })
    const back = await json('bundle', 'rollback')
    expect(back.report.bundle).not.toBe('second')
    expect((await json('bundle', 'prune', '--keep', '0', '--dry-run')).report.kept).toContain(
      'second',
    )
    const none = await explore(['bundle', 'show', 'third', ...at])
    expect(none).toMatchObject({ code: 1 })
    expect(none.stderr).toContain('there is no bundle third')
  })

  it('refuses what fails its gates with exit code 1, and records what is forced', async () => {
    await explore(['settings', 'gates.maxNe=0.01', ...at])
    const refused = await explore(['bundle', 'promote', 'second', ...at])
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(/NE +click .*≤ 0\.01 +✗ failed/)
    expect(refused.stdout).toMatch(/bundle second not promoted: \S+ serves on/)
    const forced = await explore(['bundle', 'promote', 'second', '--force', ...at])
    expect(forced).toMatchObject({ code: 0 })
    expect((await explore(['bundle', 'list', ...at])).stdout).toMatch(
      /▶ +second .*promoted by force .*: NE of click is/,
    )
  })
})
