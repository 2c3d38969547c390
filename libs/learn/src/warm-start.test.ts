import { expect, test } from 'vitest'
import { exportModel } from './graph/export-model.ts'
import { graph } from './graph/graph.ts'
import { constant, normal } from './graph/init.ts'
import { rng } from './rng.ts'
import { parametersOf, warmStart } from './warm-start.ts'

/** A model of `rows` items whose layer is `width` wide, with a frozen constant. */
const model = (rows: number, width: number, seed: number) => {
  const random = rng(seed)
  const g = graph()
  const ids = g.input('ids', 'int32', ['batch'])
  const items = g.table('items', rows, 3, normal(random.fork('items'), 1), { padding: 0 })
  const shift = g.parameter('shift', [3], constant(seed), { frozen: true })
  const x = g.sub(g.gather(items, ids), shift)
  const w = g.parameter('w', [3, width], normal(random.fork('w'), 1))
  return { g, bytes: exportModel(g, { y: g.matmul(x, w) }) }
}
const valuesOf = ({ g }: ReturnType<typeof model>) => g.state.parameters.map(p => [...p.values])

test('takes over all parameters, frozen ones too, and keeps what a grown table has more', () => {
  const old = model(4, 2, 1)
  const grown = model(6, 2, 2)
  const drawn = valuesOf(grown)
  // As a file is read: a Buffer behind something else.
  const read = Buffer.concat([Buffer.from('x'), old.bytes]).subarray(1)
  expect(parametersOf(read)).toEqual(parametersOf(old.bytes))
  expect(warmStart(grown.g, parametersOf(read))).toBe(true)
  const [items, shift, w] = valuesOf(grown)
  expect(items.slice(0, 12)).toEqual(valuesOf(old)[0])
  expect(items.slice(12)).toEqual(drawn[0].slice(12))
  expect([shift, w]).toEqual(valuesOf(old).slice(1))
})

test.each([
  ['a layer of another width', model(4, 3, 1).bytes],
  ['a table that shrank', model(9, 2, 1).bytes],
  ['no parameters', exportModel(...emptyModel())],
])('changes nothing where the other model has %s', (_, bytes) => {
  const here = model(4, 2, 2)
  const before = valuesOf(here)
  expect(warmStart(here.g, parametersOf(bytes))).toBe(false)
  expect(valuesOf(here)).toEqual(before)
})

function emptyModel() {
  const g = graph()
  return [g, { y: g.relu(g.input('x', 'float32', ['n'])) }] as const
}
