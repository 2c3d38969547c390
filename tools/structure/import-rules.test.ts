import { expect, it } from 'vitest'
import {
  declaredVendors,
  lazyVendors,
  noDeepImports,
  noTestsInProduct,
  oneDirection,
  oneRoom,
  type Rule,
} from './import-rules.ts'
import { type Files, workspaceOf } from './workspace-fixture.ts'

const LOADER = `export const run = async () => import('onnxruntime-node')`

const REFUSED: readonly (readonly [Rule, Files, string])[] = [
  [oneRoom, { 'libs/explore/package.json': '{"name":"@explore/explore"}' }, 'no room'],
  [
    oneDirection,
    { 'libs/pipeline/src/index.ts': `import type { Item } from '@explore/explore'` },
    'pipeline must not import types of explore',
  ],
  [
    oneDirection,
    { 'libs/explore/src/a.ts': `const a = await import('@explore/adapters')` },
    'explore must not import adapters',
  ],
  [
    oneDirection,
    { 'libs/explore/src/a.ts': `import { world } from '@explore/testkit'` },
    'explore must not import testkit',
  ],
  [
    oneDirection,
    { 'tools/world/src/a.ts': `import { hash } from '@explore/explore'` },
    'world must not import explore',
  ],
  [
    noDeepImports,
    { 'libs/explore/src/a.ts': `import { top } from '@explore/pipeline/src/top.ts'` },
    '@explore/pipeline does not export ./src/top.ts',
  ],
  [
    noDeepImports,
    { 'libs/explore/src/a.ts': `import { top } from '../../pipeline/src/top.ts'` },
    '../../pipeline/src/top.ts leaves @explore/explore',
  ],
  [
    noDeepImports,
    { 'tools/a.ts': `import { hash } from '../libs/explore/src/hash.ts'` },
    '../libs/explore/src/hash.ts leaves root',
  ],
  [
    noTestsInProduct,
    {
      'libs/explore/src/index.ts': `export * from './a-fixture.ts'`,
      'libs/explore/src/a-fixture.ts': '',
    },
    'is loaded by the product',
  ],
  [
    declaredVendors,
    { 'libs/explore/src/a.ts': `import { open } from 'lmdb'` },
    'explore has no vendors: lmdb',
  ],
  [
    declaredVendors,
    { 'libs/adapters/src/index.ts': `export * from 'wabt'` },
    'wabt is not among the dependencies',
  ],
  [
    declaredVendors,
    { 'libs/adapters/src/a.test.ts': `import left from 'left-pad'` },
    'left-pad is not among the devDependencies',
  ],
  [
    lazyVendors,
    {
      'libs/adapters/src/index.ts': `export * from './run.ts'`,
      'libs/adapters/src/run.ts': `import { Tensor } from 'onnxruntime-node'`,
    },
    'onnxruntime-node is loaded at once',
  ],
]

it.each(REFUSED)('%o refuses %o', (rule, files, offence) => {
  expect(rule(workspaceOf(files))).toEqual([expect.stringContaining(offence)])
})

const ALLOWED: Files = {
  'libs/pipeline/src/index.ts': `import { join } from 'node:path'`,
  'libs/explore/src/index.ts': `import { top } from '@explore/pipeline'\nexport * from './a.ts'`,
  'libs/explore/src/a.ts': `new URL('../../pipeline/page.html', import.meta.url)`,
  'libs/explore/src/a.test.ts': `import { a } from './a.ts'\nimport { world } from '@explore/testkit'`,
  'libs/explore/package.json': JSON.stringify({
    name: '@explore/explore',
    exports: './src/index.ts',
    nx: { tags: ['room:explore'] },
    dependencies: { '@explore/pipeline': '*' },
    devDependencies: { '@explore/testkit': '*' },
  }),
  'libs/adapters/src/index.ts': `export * from './run.ts'`,
  'libs/adapters/src/run.ts': `import type { Tensor } from 'onnxruntime-node'\n${LOADER}`,
  'libs/adapters/src/run.test.ts': `import { run } from './run.ts'\nimport wabt from 'wabt'`,
  'tools/world/src/index.ts': `import type { Item } from '@explore/explore'`,
}

it.each([oneRoom, oneDirection, noDeepImports, noTestsInProduct, declaredVendors, lazyVendors])(
  '%o has nothing against what is allowed',
  rule => expect(rule(workspaceOf(ALLOWED))).toEqual([]),
)
