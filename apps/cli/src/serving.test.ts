import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GROUPS, type Page } from '@explore/explore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { homes } from './testing/homes.ts'
import { explore, launch } from './testing/run-explore.ts'
import { serveHome, type Server } from './testing/server.ts'

const DEMO = ['--demo-items', '800', '--demo-users', '150']

const folder = homes()
const home = folder.next()
let server: Server
/** A viewer whom the demo world knows well. */
const viewer = 'u3'

beforeAll(async () => {
  const first = launch(['start', '--port', '0', '--home', home, ...DEMO])
  await first.says(/Ctrl-C/)
  first.process.kill('SIGINT')
  expect(await first.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('draining') })
  server = await serveHome(home)
})
afterAll(async () => {
  await server.stop('SIGKILL')
  folder.remove()
})

const pageOf = (userId: string, more: object = {}): Promise<Page> =>
  server.client.page({ userId, ...more })
const idsOf = ({ items }: Page): readonly string[] => items.map(({ itemId }) => itemId)
const send = async (userId: string, type: string, itemId: string): Promise<void> => {
  const [verdict] = await server.client.record([{ userId, type, itemId, time: Date.now() }])
  expect(verdict).toMatchObject({ status: 'accepted' })
  // On a crowded machine the fold may outlast the time that an acknowledgement waits for it.
  await expect.poll(async () => (await server.client.health()).lag).toBe(0)
}

describe('the next page', () => {
  it('is a live one, ranked by the bundle', async () => {
    const page = await pageOf(viewer, { explain: true })
    expect(page).toMatchObject({ origin: 'live', degraded: [], bundle: expect.any(String) })
    expect(page.items).toHaveLength(20)
    for (const { score, explanation } of page.items) {
      const { value } = explanation!
      const sum = Object.values(value.terms).reduce((a, b) => a + b)
      expect(sum).toBeCloseTo(value.value, 4)
      expect(value.score).toBeCloseTo(score!, 4)
    }
  })

  it('has taken a like to heart, and what was liked is gone', async ({ annotate }) => {
    const before = await pageOf(viewer)
    const liked = idsOf(before)[0]!
    const began = performance.now()
    await send(viewer, 'impression', liked)
    await send(viewer, 'like', liked)
    const after = await pageOf(viewer, { explainItem: liked })
    await annotate(`like → next page: ${(performance.now() - began).toFixed(0)} ms`)
    expect(idsOf(after)).not.toContain(liked)
    expect(idsOf(after)).not.toEqual(idsOf(before).slice(1))
    expect(after.absent).toMatchObject({ leftAt: 'filter', reason: expect.stringMatching('seen') })
    const { trace } = await pageOf(viewer, { explain: true })
    expect(trace![0]!.counts!.similar).toBeGreaterThan(0)
  })

  it('does without an author who was hidden, and has them again when they are not', async () => {
    const { items } = await pageOf(viewer, { limit: 100 })
    // Which items are explored is drawn anew for each request.
    const { itemId } = items.find(({ sources }) => !sources.includes('explore-cold'))!
    const { author } = (await server.client.item(itemId))!
    const absence = async () => (await pageOf(viewer, { explainItem: itemId })).absent
    const hidden = { leftAt: 'filter', reason: expect.stringMatching('author') }
    expect(await absence()).not.toMatchObject(hidden)
    await send(viewer, 'hide_author', itemId)
    const page = await pageOf(viewer, { limit: 100 })
    const left = await Promise.all(idsOf(page).map(id => server.client.item(id)))
    expect(left.map(item => item!.author)).not.toContain(author)
    expect(await absence()).toMatchObject(hidden)
    await send(viewer, 'unhide_author', itemId)
    expect(await absence()).not.toMatchObject(hidden)
  })

  it('does without what the viewer wants to see less of', async () => {
    const [unwanted] = idsOf(await pageOf(viewer))
    await send(viewer, 'see_less', unwanted!)
    const after = await pageOf(viewer, { limit: 100, explainItem: unwanted })
    expect(idsOf(after)).not.toContain(unwanted)
    expect(after.absent?.reason).toBeTruthy()
  })

  it('goes on from the cursor without repeats, and is stable under it', async () => {
    const seen = new Set<string>()
    let cursor: string | undefined
    for (let i = 0; i < 5; i++) {
      const page = await pageOf('u4', { limit: 10, ...(cursor && { cursor }) })
      if (cursor) expect(idsOf(await pageOf('u4', { limit: 10, cursor }))).toEqual(idsOf(page))
      for (const id of idsOf(page)) {
        expect(seen).not.toContain(id)
        seen.add(id)
      }
      cursor = page.nextCursor!
    }
    expect(seen.size).toBe(50)
  })

  it('is a newcomer’s for someone unknown', async () => {
    const page = await pageOf('never-heard-of')
    expect(page).toMatchObject({ group: 'new', degraded: [] })
    expect(page.items).toHaveLength(20)
  })
})

describe('items', () => {
  it('are retrieved within a second, and gone from the next request when hidden or deleted', async () => {
    const ask = () => pageOf('u5', { limit: 1, explainItem: 'brand-new' })
    const found = async (): Promise<boolean> => {
      const { absent, items } = await ask()
      return (
        items[0]?.itemId === 'brand-new' || absent!.steps.some(({ rank }) => rank !== undefined)
      )
    }
    // A list that is renewed four times a second may still name it: what counts is that no page holds it.
    const gone = async (): Promise<void> => {
      const { absent, items } = await ask()
      expect(items.map(({ itemId }) => itemId)).not.toContain('brand-new')
      expect(absent).toMatchObject({ leftAt: 'filter', reason: 'refused by hidden' })
    }
    const item = { id: 'brand-new', author: 'a-new', topics: ['history'] }
    // Each page thread renews its list of fresh items four times a second.
    const soon = () => expect.poll(found, { timeout: 10_000, interval: 250 }).toBe(true)
    await server.client.putItems([item])
    await soon()
    await server.client.putItems([{ ...item, hidden: true }])
    await gone()
    await server.client.putItems([item])
    await soon()
    expect(await server.client.deleteItems(['brand-new', 'no-such'])).toEqual(['brand-new'])
    await gone()
  })

  it('that are hidden under load are in no page that is asked for afterwards', async () => {
    const popular = idsOf(await pageOf('u6', { limit: 8 }))
    const hiddenAt = new Map<string, number>()
    const late: string[] = []
    let pages = 0
    let running = true
    const load = Array.from({ length: 4 }, async (_, i) => {
      while (running) {
        const asked = performance.now()
        for (const id of idsOf(await pageOf(`u${6 + i}`, { limit: 100 }))) {
          if (asked > (hiddenAt.get(id) ?? Infinity)) late.push(id)
        }
        pages++
      }
    })
    for (const id of popular) {
      await server.client.putItems([{ ...(await server.client.item(id))!, hidden: true }])
      hiddenAt.set(id, performance.now())
    }
    const enough = pages + 20
    while (pages < enough) await pageOf('u6')
    running = false
    await Promise.all(load)
    expect(late).toEqual([])
  })
})

describe('settings', () => {
  const shareOf = async (source: string): Promise<number> => {
    const { trace } = await pageOf('u7', { explain: true })
    const counts = trace![0]!.counts!
    return counts[source]! / trace![0]!.out
  }
  const forAll = (key: string, value: number | null): Record<string, number | null> =>
    Object.fromEntries(GROUPS.map(group => [`${key}.${group}`, value]))

  it('shift the mix of the sources of the running server', async () => {
    const narrow = { 'width.candidates': 200, 'width.overfetch': 1 }
    await server.client.changeSettings({ ...narrow, ...forAll('sources.fresh.weight', 0) })
    expect(await shareOf('fresh')).toBe(0)
    await server.client.changeSettings(forAll('sources.fresh.weight', 1))
    const some = await shareOf('fresh')
    expect(some).toBeGreaterThan(0)
    await server.client.changeSettings(forAll('sources.fresh.weight', 10))
    expect(await shareOf('fresh')).toBeGreaterThan(1.5 * some)
    const keys = [...Object.keys(narrow), ...Object.keys(forAll('sources.fresh.weight', null))]
    await server.client.changeSettings(Object.fromEntries(keys.map(key => [key, null])))
  })

  it('are refused whole, with the field named, and the old ones serve on', async () => {
    const { status, body } = await server.call('PATCH', '/v1/settings', {
      'page.limit': 3,
      'rerank.mmrLambda': 2,
    })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'SETTING_INVALID', field: 'rerank.mmrLambda' })
    expect(idsOf(await pageOf('u7'))).toHaveLength(20)
  })

  it('change when the file does; a broken file is named, and the last sound one serves on', async () => {
    const file = join(home, 'settings.json')
    const limits = async (limit: number): Promise<void> => {
      await expect
        .poll(async () => idsOf(await pageOf('u7')).length, { timeout: 20_000 })
        .toBe(limit)
    }
    writeFileSync(file, '{"page.limit": 7}')
    await limits(7)
    writeFileSync(file, '{"page.limit": 0}')
    await server.says(/page\.limit must be from 1 to 100/)
    const { ready, problems } = await server.client.health()
    expect({ ready, problems }).toEqual({
      ready: true,
      problems: [expect.stringMatching(/page\.limit/)],
    })
    await limits(7)
    writeFileSync(file, '{}')
    await limits(20)
    expect((await server.client.health()).problems).toEqual([])
  })
})

describe('explore page', () => {
  it('answers alike from the running server and from the home at rest', async () => {
    const args = ['page', 'u9', '--limit', '5', '--explain', '--explain-item', 'm1', '--json']
    const served = await explore([...args, '--home', home])
    const rested = await explore([...args, '--home', folder.copyOf(home)])
    const [a, b] = [served, rested].map(({ stdout }): Page => JSON.parse(stdout))
    expect(served.code).toBe(0)
    expect(rested.code).toBe(0)
    const kind = (page: Page) => ({
      ...{
        user: page.userId,
        origin: page.origin,
        bundle: page.bundle,
        absent: page.absent?.itemId,
      },
      steps: page.trace!.map(({ step }) => step),
      explained: page.items.map(({ explanation }) => Object.keys(explanation!)),
    })
    expect(kind(a!)).toEqual(kind(b!))
  })

  it('draws the funnel and the reasons, without colour where there is no terminal', async () => {
    const { stdout } = await explore(['page', 'u9', '--limit', '3', '--explain', '--home', home])
    for (const word of ['Explore for u9', 'two-tower', 'second stage', 'value ', 'like ']) {
      expect(stdout).toContain(word)
    }
    expect(stdout).not.toContain('\x1b')
  })
})

describe('bundles', () => {
  const bundleOf = (home: string): string =>
    join(home, 'bundles', readFileSync(join(home, 'bundles/current'), 'utf8').trim())

  it.each([
    ['truncated', (file: string) => truncateSync(file, 1000)],
    [
      'altered',
      (file: string) => {
        const bytes = readFileSync(file)
        bytes[bytes.length >> 1]! ^= 1
        writeFileSync(file, bytes)
      },
    ],
  ])(
    '%s: pages come from below the models, flagged, and the doctor names the file',
    async (how, spoil) => {
      const copy = folder.copyOf(home)
      spoil(join(bundleOf(copy), 'vectors.f32'))
      const broken = await serveHome(copy)
      const page = await broken.client.page({ userId: 'u1' })
      expect(page).toMatchObject({ origin: 'fallback', bundle: null, degraded: ['no bundle'] })
      expect(page.items).toHaveLength(20)
      expect(await broken.client.health()).toMatchObject({
        ...{ ready: true, bundle: null },
        problems: [expect.stringMatching(`vectors.f32 .*${how}`)],
      })
      await broken.stop()
      const { code, stdout } = await explore(['doctor', '--home', copy])
      expect(code).toBe(1)
      expect(stdout).toMatch(
        `✗ bundle        vectors.f32 was ${how}`.replace('was truncated', 'is truncated'),
      )
    },
  )

  it('of another catalogue does not serve, and the one before it takes over', async () => {
    const copy = folder.copyOf(home)
    const bundles = join(copy, 'bundles')
    const [sound] = readdirSync(bundles).filter(name => /^\d/.test(name))
    const manifest = JSON.parse(readFileSync(join(bundleOf(copy), 'manifest.json'), 'utf8'))
    const foreign = folder.copyOf(bundleOf(copy))
    writeFileSync(
      join(foreign, 'manifest.json'),
      JSON.stringify({ ...manifest, id: 'foreign', catalogueId: 'another' }),
    )
    // Signed it would already fail for that it was altered.
    rmSync(join(foreign, 'manifest.sig'))
    cpSync(foreign, join(bundles, 'foreign'), { recursive: true })
    writeFileSync(join(bundles, 'current'), 'foreign')
    writeFileSync(join(bundles, 'previous'), sound!)
    const doctor = await explore(['doctor', '--json', '--home', copy])
    expect(doctor.code).toBe(1)
    expect(JSON.parse(doctor.stdout)).toContainEqual(
      expect.objectContaining({
        check: 'bundle',
        level: 'fail',
        detail: expect.stringMatching('foreign'),
      }),
    )
    const server = await serveHome(copy)
    expect(await server.client.page({ userId: 'u1' })).toMatchObject({
      origin: 'live',
      bundle: sound,
    })
    expect((await server.client.health()).problems).toEqual([expect.stringMatching('another')])
    await server.stop()
  })
})
