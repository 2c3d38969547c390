import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages })
const LEFT_PAD = { 'node_modules/left-pad': { version: '1.3.0' } }
const PINNED = { 'node_modules/node': { version: '24.0.0' } }

/** A checkout of the bootstrap and these files; `install` runs it as a start does. */
const checkout = (files: Readonly<Record<string, string>>) => {
  const root = mkdtempSync(join(tmpdir(), 'bootstrap-'))
  roots.push(root)
  for (const path of ['tools/bootstrap.mjs', 'tools/run.mjs', 'deploy/heap.mjs'])
    cpSync(join(import.meta.dirname, '..', path), join(root, path))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return {
    install: (environment: NodeJS.ProcessEnv = {}) => {
      const run = spawnSync(process.execPath, [join(root, 'tools/run.mjs'), 'install'], {
        encoding: 'utf8',
        env: { ...process.env, npm_config_cache: join(root, 'cache'), ...environment },
      })
      return { status: run.status, lines: run.stderr.trimEnd().split('\n') }
    },
  }
}

const NO_NPM = { PATH: '' }
const INSTALLING = 'explore: installing dependencies (once; a minute or two) …'

it('does nothing where all is installed, and needs no npm for it', () => {
  const { install } = checkout({
    'package-lock.json': lock({
      '': {},
      'libs/a': { version: '1.0.0' },
      ...PINNED,
      ...LEFT_PAD,
      'node_modules/other-platform': { version: '1.0.0', optional: true },
      'node_modules/a': { resolved: 'libs/a', link: true },
    }),
    'node_modules/.package-lock.json': lock({
      ...PINNED,
      ...LEFT_PAD,
      'node_modules/a': { resolved: 'libs/a', link: true },
    }),
    'node_modules/node/bin/node': '',
  })
  expect(install(NO_NPM)).toEqual({ status: 0, lines: [''] })
})

const INSTALLED = {
  'package-lock.json': lock({ ...PINNED, ...LEFT_PAD }),
  'node_modules/.package-lock.json': lock({ ...PINNED, ...LEFT_PAD }),
  'node_modules/node/bin/node': '',
}

it.each([
  ['nothing is', { 'package-lock.json': lock(PINNED) }],
  ['an install was cut short', { ...INSTALLED, 'node_modules/.package-lock.json': '' }],
  ['a package is missing', { ...INSTALLED, 'node_modules/.package-lock.json': lock(PINNED) }],
  [
    'another version is there',
    {
      ...INSTALLED,
      'node_modules/.package-lock.json': lock({
        ...PINNED,
        'node_modules/left-pad': { version: '1.2.0' },
      }),
    },
  ],
  [
    'a package of the workspace is new',
    {
      ...INSTALLED,
      'package-lock.json': lock({
        ...PINNED,
        'node_modules/a': { resolved: 'libs/a', link: true },
      }),
    },
  ],
])('installs where %s; says that npm is missing', (_, files) => {
  expect(checkout(files).install(NO_NPM)).toEqual({
    status: 1,
    lines: [INSTALLING, 'explore: npm is missing: it comes with Node, or from your distribution'],
  })
})

it('tells in one line that the registry is out of reach', ({ skip }) => {
  skip(spawnSync('npm', ['--version']).error !== undefined, 'no npm here')
  const { install } = checkout({
    'package.json': '{ "dependencies": { "left-pad": "1.3.0" } }',
    'package-lock.json': lock({ '': { dependencies: { 'left-pad': '1.3.0' } }, ...LEFT_PAD }),
  })
  const { status, lines } = install({ npm_config_registry: 'http://127.0.0.1:9/' })
  expect(lines).toEqual([INSTALLING, expect.stringMatching(/^explore: the npm registry is out of/)])
  expect(status).toBe(1)
})

it('knows a checkout without its lockfile', () => {
  expect(checkout({}).install()).toEqual({
    status: 1,
    lines: ['explore: package-lock.json is missing: this is no full checkout'],
  })
})

it('gives V8 the options that the units of systemd give it', () => {
  const deploy = (path: string) =>
    readFileSync(join(import.meta.dirname, '../deploy', path), 'utf8')
  const options = deploy('heap.mjs').match(/--[\w-]+=\d+/g)!
  expect(deploy('systemd/explore@.service')).toContain(`/bin/node ${options.join(' ')} `)
})
