import { expect, it } from 'vitest'
import { emptyUserState, reserve } from './user-state.ts'

it('an empty state gives every column memory of its own', () => {
  const state = emptyUserState()
  const { history, reactions, topics, authors, blocked, dedupe, seen } = state
  const columns = [state, history, reactions, topics, authors, blocked, dedupe, seen]
    .flatMap(section => Object.values(section) as unknown[])
    .filter(column => ArrayBuffer.isView(column))
  expect(columns.length).toBe(21)
  for (const { buffer, byteOffset, byteLength } of columns) {
    new Uint8Array(buffer, byteOffset, byteLength).fill(1)
  }
  const used = columns.reduce((sum, column) => sum + column.byteLength, 0)
  const memory = new Uint8Array(state.counts.buffer)
  expect(memory.filter(byte => byte === 1).length).toBe(used)
  expect(memory.length - used).toBeLessThan(8 * columns.length)
})

it('a section keeps its rows when it gets more room', () => {
  const { blocked, history } = emptyUserState()
  blocked.keys[15] = 7
  blocked.times[15] = 1.5
  reserve(blocked, 17)
  expect([blocked.keys.length, blocked.on.length, blocked.times.length]).toEqual([32, 32, 32])
  expect([blocked.keys[15], blocked.times[15], blocked.keys[16], blocked.length]).toEqual([
    7, 1.5, 0, 0,
  ])
  const { items } = history
  reserve(history, 3)
  expect(history.items).toBe(items)
})
