import { restServer } from '@explore/rest'
import { fakeService } from '@explore/rest/testing'
import { chromium } from 'playwright-core'
import { webRoot } from './index.ts'
const fake = fakeService({ now: Date.now() })
let bad = false
const page = fake.page
const svc = {
  ...fake,
  page: async (q: any) => {
    const p: any = await page(q)
    if (!bad) return p
    return {
      ...p,
      degraded: ['without trending', 'first-stage order'],
      bundle: null,
      items: p.items.map((i: any) => ({ ...i, score: null, explanation: undefined })),
      trace: p.trace?.map((t: any) =>
        t.step === 'retrieve'
          ? { ...t, failures: { trending: 'late' }, rung: 'without trending' }
          : t.step === 'second-stage'
            ? { ...t, failures: { 'second-stage': 'timeout' }, rung: 'first-stage order' }
            : t,
      ),
    }
  },
}
const edge = restServer(svc as any, { version: '0.1.0', now: Date.now, webRoot })
const url = await edge.listen({ port: 0, host: '127.0.0.1' })
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
const shots = '/tmp/web/'
const go = async (name: string, o: any, f?: (p: any) => Promise<void>) => {
  const c = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...o })
  const p = await c.newPage()
  p.on('console', (m: any) => console.log(name, m.type(), m.text()))
  p.on('pageerror', (e: any) => console.log(name, 'ERR', e))
  p.on('requestfailed', (r: any) => console.log('failed', r.url()))
  await p.goto(url + '/#u3')
  await p.locator('.card').first().waitFor()
  await p.waitForTimeout(600)
  if (f) await f(p)
  await p.screenshot({ path: shots + name + '.png' })
  await c.close()
}
const only = process.argv.slice(2)
const want = (n: string) => only.length === 0 || only.includes(n)
if (want('light')) await go('light', { colorScheme: 'light' })
if (want('dark'))
  await go('dark', { colorScheme: 'dark' }, async p => {
    await p.locator('.why').nth(2).click()
    await p.waitForTimeout(300)
  })
if (want('like'))
  await go('like', { colorScheme: 'dark' }, async p => {
    await p.waitForTimeout(900)
    await p.locator('[data-action=like]').nth(1).click()
    await p.locator('#news .badge').first().waitFor()
    await p.waitForTimeout(800)
  })
if (want('tune'))
  await go('tune', { colorScheme: 'light' }, async p => {
    await p.locator('[data-panel=tune]').click()
    await p.locator('#knobs input').first().fill('16')
    await p.locator('#news .badge').first().waitFor()
    await p.waitForTimeout(800)
  })
if (want('absent'))
  await go('absent', { colorScheme: 'light' }, async p => {
    await p.locator('[data-panel=absent]').click()
    await p.locator('#missing').fill('m5')
    await p.locator('#ask button').click()
    await p.locator('#absence p').waitFor()
  })
if (want('phone'))
  await go('phone', {
    colorScheme: 'dark',
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
  })
if (want('phone2'))
  await go(
    'phone2',
    { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
    async p => {
      await p.locator('.why').nth(0).click()
      await p.waitForTimeout(300)
    },
  )
if (want('error'))
  await go('error', { colorScheme: 'light' }, async p => {
    await p.locator('#user').fill('a b')
    await p.locator('#who button').click()
    await p.waitForTimeout(500)
  })
if (want('degraded')) {
  bad = true
  await go('degraded', { colorScheme: 'light' }, async p => {
    await p.locator('.why').nth(0).click()
    await p.waitForTimeout(300)
  })
  bad = false
}
if (want('docs')) {
  const c = await browser.newContext({ viewport: { width: 1300, height: 900 } })
  const p = await c.newPage()
  p.on('requestfailed', (r: any) => console.log('failed', r.url()))
  p.on('console', (m: any) => console.log('docs', m.type(), m.text()))
  await p.goto(url + '/docs')
  await p.waitForTimeout(1500)
  await p.screenshot({ path: shots + 'docs.png' })
  await c.close()
}
if (want('more'))
  await go('more', { colorScheme: 'dark', viewport: { width: 1000, height: 900 } }, async p => {
    await p.locator('#more').click()
    await p.waitForTimeout(900)
    console.log(await p.locator('.card').count())
  })
await browser.close()
await edge.close()
