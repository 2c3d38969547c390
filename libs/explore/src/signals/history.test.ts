import { expect, it } from 'vitest'
import { forget, kindsOf, remember } from './history.ts'
import { emptyUserState, HISTORY } from './user-state.ts'

it('knows nothing of what it forgot, though the columns still hold it', () => {
  const { history } = emptyUserState()
  remember(history, 1, 0b001, 5)
  remember(history, 2, 0b010, 6)
  remember(history, 1, 0b100, 7)
  expect([kindsOf(history, 1), kindsOf(history, 2), kindsOf(history, 0)]).toEqual([0b101, 0b010, 0])
  forget(history, 1, 0b001)
  expect(kindsOf(history, 1)).toBe(0b100)
  forget(history, 1, 0b100)
  history.kinds[1] = 0b111
  expect(history.items[1]).toBe(1)
  expect(kindsOf(history, 1)).toBe(0)
  forget(history, 1, 0b111)
  expect([history.length, kindsOf(history, 2)]).toEqual([1, 0b010])
})

it('holds the last fifty, the first of them first', () => {
  const { history } = emptyUserState()
  for (let item = 0; item < 2 * HISTORY; item++) remember(history, item, 1, item)
  remember(history, HISTORY + 3, 2, 1000)
  expect(history.length).toBe(HISTORY)
  const items = [...history.items]
  expect(items.slice(0, 4)).toEqual([HISTORY, HISTORY + 1, HISTORY + 2, HISTORY + 4])
  expect(items.at(-1)).toBe(HISTORY + 3)
  expect([history.kinds.at(-1), history.times.at(-1)]).toEqual([3, 1000])
})
