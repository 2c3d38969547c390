import { expect, it } from 'vitest'
import { strangeLicences } from './licences.ts'

const allowed = { shipped: ['MIT'], development: ['LGPL-3.0'], untold: { f: 'MIT' } }

it('names packages whose licence is not allowed, stricter for what ships', () => {
  const packages = {
    '': { license: 'Apache-2.0' },
    'node_modules/@explore/x': { link: true },
    'node_modules/a': { license: 'MIT' },
    'node_modules/b': { license: 'LGPL-3.0', dev: true },
    'node_modules/c': { license: 'LGPL-3.0' },
    'node_modules/d': { license: 'AGPL-3.0', dev: true },
    'node_modules/e': {},
    'node_modules/f': {},
  }
  expect(strangeLicences(packages, allowed)).toEqual([
    'node_modules/c: LGPL-3.0',
    'node_modules/d: AGPL-3.0',
    'node_modules/e: no licence',
  ])
})
