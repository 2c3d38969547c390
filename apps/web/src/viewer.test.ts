import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessOf, addKey } from '@explore/edge'
import type { Event, ExploreService } from '@explore/explore'
import { restServer, type RestOptions } from '@explore/rest'
import { fakeService } from '@explore/rest/testing'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { webRoot } from './index.ts'

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const found = existsSync(CHROMIUM)

describe('the viewer', () => {
  let browser: Browser
  beforeAll(async () => {
    if (!found) return
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ],
    })
  })
  afterAll(() => browser?.close())
  beforeEach(({ skip }) =>
    skip(!found, `no browser at ${CHROMIUM}: install it or set CHROMIUM_PATH`),
  )

  /** The viewer of `u3`, opened on a fake service; whatever it asks of other hosts fails the test. */
  const open = async (
    parts: Partial<ExploreService> = {},
    { ready = '.card', ...options }: Partial<RestOptions> & { readonly ready?: string } = {},
  ) => {
    const service = fakeService({ now: Date.now() })
    const all = { ...service, ...parts }
    const edge = restServer(all, { version: '0.1.0', now: Date.now, webRoot, ...options })
    const address = await edge.listen({ host: '127.0.0.1', port: 0 })
    const page = await browser.newPage({ reducedMotion: 'reduce' })
    page.setDefaultTimeout(20_000)
    const complaints: string[] = []
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('console', message => {
      // A refused request is written to the console by the browser; the page shows it by itself.
      if (message.type() === 'error' && !/status of [45]\d\d|ERR_CONNECTION/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('request', request => {
      if (!request.url().startsWith(address)) complaints.push(`asked for ${request.url()}`)
    })
    onTestFinished(async () => {
      await page.close()
      await edge.close()
      expect(complaints).toEqual([])
    })
    await page.goto(`${address}/#u3`)
    await page.locator(ready).first().waitFor()
    return { page, service, edge }
  }

  const idsOf = (page: Page): Promise<string[]> =>
    page
      .locator('.card')
      .evaluateAll((cards: { dataset: { item: string } }[]) => cards.map(card => card.dataset.item))

  /** The event of that type, as soon as the service has it. */
  const recorded = (events: readonly Event[], type: Event['type']) =>
    expect.poll(() => events.find(event => event.type === type), { timeout: 20_000 })

  test('a like goes out and the next page shows it', async () => {
    const { page, service } = await open()
    const before = await idsOf(page)
    const liked = page.locator('.card').nth(2)
    const topic = await liked.locator('strong').innerText()
    await recorded(service.recorded, 'impression').toMatchObject({
      userId: 'u3',
      requestId: 'page-1',
    })

    await liked.locator('[data-action=like]').click()
    await page.locator('#news .badge.new').waitFor()
    await recorded(service.recorded, 'like').toMatchObject({
      ...{ userId: 'u3', itemId: before[2], position: 2, requestId: 'page-1' },
    })
    expect(await idsOf(page)).not.toEqual(before)
    expect(await page.locator('.is-new, .is-up').count()).toBeGreaterThan(0)
    const [, was, is] = /(\d+) → (\d+) of 24/.exec(await page.locator('#news').innerText())!
    expect(Number(is)).toBeGreaterThan(Number(was))
    const same = page.locator('.card', { has: page.getByText(topic, { exact: true }) })
    expect(await same.count()).toBe(Number(is))
  })

  test('a server that knows its callers is given a key, and what a viewer may not read is left out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'explore-viewer-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const keysFile = join(folder, 'keys.json')
    const [shop, own] = [
      addKey(keysFile, { name: 'shop', role: 'service' }),
      addKey(keysFile, { name: 'ann', role: 'viewer', user: 'u3' }),
    ]
    const access = accessOf({ environment: {}, keysFile, now: Date.now, tell: () => {} })
    const { page } = await open({}, { access, ready: '#key' })
    expect(await page.locator('#alert').innerText()).toContain('UNAUTHENTICATED')

    await page.locator('#key').fill('xk_wrong')
    await page.getByRole('button', { name: 'Use' }).click()
    await page.locator('#key:not(:focus)').waitFor()
    expect(await page.locator('.card').count()).toBe(0)

    await page.locator('#key').fill(own)
    await page.getByRole('button', { name: 'Use' }).click()
    await page.locator('.card').first().waitFor()
    expect(await page.locator('#users option').count()).toBe(0)
    await page.getByRole('button', { name: 'Tune' }).click()
    await expect
      .poll(() => page.locator('#knobs').innerText())
      .toBe('This key may not read the settings.')

    // Another tab knows of no key: this one asks again with the shop's.
    await page.evaluate('sessionStorage.clear()')
    await page.reload()
    await page.locator('#key').fill(shop)
    await page.getByRole('button', { name: 'Use' }).click()
    await page.locator('.card').first().waitFor()
    expect(await page.locator('#users option').count()).toBeGreaterThan(0)
    expect(await page.locator('#alert').innerText()).toBe('')
  })

  test('what is not to count as seen sends no impression, and a like can be taken back', async () => {
    const { page, service } = await open()
    await page.locator('#remember').uncheck()
    const card = page.locator('.card').last()
    const itemId = (await idsOf(page)).at(-1)!
    await card.scrollIntoViewIfNeeded()
    // Longer than a card must be in view to count; what was in view before may have counted.
    await page.waitForTimeout(1000)
    await card.locator('[data-action=like]').click()
    const heart = page.locator(`[data-item="${itemId}"] [data-action=like][aria-pressed=true]`)
    await heart.click()
    await recorded(service.recorded, 'unlike').toMatchObject({ itemId })
    const seen = service.recorded.filter(({ type }) => type === 'impression')
    expect(seen.map(event => event.itemId)).not.toContain(itemId)
  })

  test('a card explains its place: ranks, every probability, a value that adds up', async () => {
    const { page, service } = await open()
    await page.locator('.why').nth(3).click()
    const panel = page.locator('#explanation')
    await panel.getByText('Rank and score by stage').waitFor()
    expect(await panel.locator('table').nth(1).locator('tr').count()).toBe(8)
    const figures = await panel.locator('table').nth(2).locator('td:last-child').allInnerTexts()
    const [value, ...terms] = figures.map(Number).reverse()
    expect(terms.reduce((a, b) => a + b, 0)).toBeCloseTo(value!, 1)
    await page.keyboard.press('Escape')
    expect(await page.locator('#panel').isHidden()).toBe(true)

    await page.locator('.open').nth(3).click()
    await recorded(service.recorded, 'click').toMatchObject({ position: 3 })
  })

  test('the next page goes on without repeats', async () => {
    const { page } = await open()
    await page.locator('#more').click()
    await page.locator('.card').nth(40).waitFor()
    const ids = await idsOf(page)
    expect(ids).toHaveLength(48)
    expect(new Set(ids).size).toBe(48)
  })

  test('a weight turned by hand changes the server and the page', async () => {
    const { page, service } = await open()
    await page.locator('[data-panel=tune]').click()
    await page.locator('#knobs input').first().fill('16')
    await page.locator('#news .badge.new').waitFor()
    expect(service.settings()['value.like.new']).toBe(16)
    expect(await page.locator('.is-new, .is-up').count()).toBeGreaterThan(0)
    await page.getByLabel('Reset value.like.new').click()
    await expect.poll(() => service.settings()['value.like.new']).toBe(4)
  })

  test('an item that is not there is accounted for', async () => {
    const { page, service } = await open()
    await page.locator('[data-panel=absent]').click()
    const ask = async (itemId: string) => {
      await page.locator('#missing').fill(itemId)
      await page.locator('#ask button').click()
    }
    const ids = await idsOf(page)
    // The last card is out of view: what was seen meanwhile can only move it up.
    await ask(ids.at(-1)!)
    await page.getByText(`${ids.at(-1)} is here, at place`).waitFor()

    await recorded(service.recorded, 'impression').toBeDefined()
    const { itemId } = service.recorded.find(({ type }) => type === 'impression')!
    await ask(itemId!)
    await page.getByText(`${itemId} left at`).waitFor()
  })

  test('errors are shown with what to do, and can be tried again', async () => {
    const { page, edge } = await open()
    await page.locator('#user').fill('no one')
    await page.locator('#who button').click()
    await page.getByRole('alert').getByText('ID_INVALID').waitFor()
    expect(await page.getByRole('alert').innerText()).toContain('ids are 1 to 64 characters')

    await page.locator('#user').fill('u5')
    await page.locator('#who button').click()
    await expect.poll(() => page.title(), { timeout: 20_000 }).toBe('u5 · Explore')
    expect(await page.getByRole('alert').innerText()).toBe('')

    await edge.close()
    await page.locator('[data-action=share]').first().click()
    await page.getByRole('alert').getByText('The server does not answer.').waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true)
  })

  test('a degraded page says on what it stands', async () => {
    const { page: ranked } = fakeService()
    const { page } = await open({
      page: async request => ({
        ...(await ranked(request)),
        ...{ bundle: null, origin: 'fallback', degraded: ['no bundle'], trace: undefined },
      }),
    })
    await page.locator('#facts').getByText('no bundle').waitFor()
    await page.locator('#facts').getByText('ranked fallback').waitFor()
  })

  test('every control has a name and can be reached by keyboard', async () => {
    const { page } = await open()
    const nameless = await page.locator('button, input, a').evaluateAll(
      (
        controls: {
          ariaLabel: string | null
          innerText: string
          labels?: object[]
          id: string
        }[],
      ) =>
        controls
          .filter(each => !each.ariaLabel && !each.innerText && !each.labels?.length)
          .map(each => each.id),
    )
    expect(nameless).toEqual([])
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Skip to the page')
    await page.keyboard.press('Enter')
    expect(page.url()).toMatch(/#u3$/)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').getAttribute('aria-label')).toMatch(/^Open: /)
  })
})
