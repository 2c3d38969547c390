import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promoteBundle } from '@explore/adapters'
import { type S3Server, startS3, whyNoS3 } from '@explore/servers'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { homes } from './testing/homes.ts'
import { explore } from './testing/run-explore.ts'

const why = whyNoS3()
const folder = homes()
const [trains, serves] = [folder.next(), folder.next()]
let s3: S3Server
let env: Record<string, string>

beforeEach(({ skip }) => skip(why !== undefined, why))
beforeAll(async () => {
  if (why !== undefined) return
  s3 = await startS3()
  await s3.bucket('models')
  env = {
    EXPLORE_BUNDLES: `s3://models/shop?endpoint=${s3.endpoint}`,
    ...{ AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' },
  }
  const { bundles } = await tinyHome(trains, {
    end: Date.now() - 3_600_000,
    bundles: ['first', 'second'],
  })
  await promoteBundle(bundles, 'first')
  // A server's home: it knows the key, and has no bundle yet.
  mkdirSync(serves)
  cpSync(join(trains, 'db'), join(serves, 'db'), { recursive: true })
  cpSync(join(trains, 'key.pem'), join(serves, 'key.pem'))
}, 300_000)
afterAll(async () => {
  await s3?.stop()
  folder.remove()
})

const json = async (home: string, ...args: readonly string[]) => {
  const { code, stdout, stderr } = await explore(['bundle', ...args, '--json', '--home', home], {
    env,
  })
  return { code, stderr, report: stdout === '' ? undefined : JSON.parse(stdout) }
}

it('a bundle goes by the store from the home that trained it to one that serves it', async () => {
  const store = 's3://models/shop'
  expect((await json(serves, 'pull')).report).toEqual({ bundle: null, store, fetched: false })
  const pushed = (await json(trains, 'push', 'first')).report
  expect(pushed).toMatchObject({ bundle: 'first', store })
  expect(pushed.sent.at(-1)).toBe('manifest.json')
  expect((await json(trains, 'push', 'first')).report).toMatchObject({ bundle: 'first', sent: [] })
  const pulled = { bundle: 'first', store }
  expect((await json(serves, 'pull')).report).toEqual({ ...pulled, fetched: true })
  expect((await json(serves, 'pull')).report).toEqual({ ...pulled, fetched: false })
  expect((await json(serves, 'verify', 'first')).report).toMatchObject([
    { bundle: 'first', sound: true, signed: true },
  ])
  await json(trains, 'push', 'second')
  const said = await explore(['bundle', 'pull', '--home', serves], { env })
  expect(said.stdout).toContain('bundle second was fetched from s3://models/shop, and serves')
}, 300_000)

it('and what is not there, or names no store, is told', async () => {
  const none = await json(serves, 'pull', 'third')
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('BUNDLE_MISSING') })
  const without = await explore(['bundle', 'pull', '--home', serves])
  expect(without).toMatchObject({ code: 2, stdout: '' })
  expect(without.stderr).toContain('EXPLORE_BUNDLES=s3://bucket/prefix')
}, 120_000)
