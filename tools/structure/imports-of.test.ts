import { expect, it } from 'vitest'
import { importsOf } from './imports-of.ts'

it.each([
  [`import a, { type B } from 'x'`, 'static'],
  [`import { type B } from 'x'`, 'static'],
  [`import 'x'`, 'static'],
  [`export * from 'x'`, 'static'],
  [`import type { B } from 'x'`, 'type'],
  [`export type { B } from 'x'`, 'type'],
  [`let b: import('x').B`, 'type'],
  [`const load = async () => (await import('x')).a`, 'lazy'],
  [`createRequire(import.meta.url)('x')`, 'lazy'],
  [`new Worker(new URL('x', import.meta.url))`, 'url'],
])('reads %s as %s', (text, kind) => {
  expect(importsOf('a.ts', text)).toEqual([{ specifier: 'x', kind }])
})

it.each([`// import 'x'`, `const text = "import 'x'"`, 'new URL(x, base)', 'import(name)'])(
  'finds none in %s',
  text => expect(importsOf('a.ts', text)).toEqual([]),
)
