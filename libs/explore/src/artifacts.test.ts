import { expect, it } from 'vitest'
import { MODEL_NAMES, NO_ITEM } from './artifacts.ts'

it('names models as files can be named, and no item by what fits an ordinal’s column', () => {
  for (const name of MODEL_NAMES) expect(name).toMatch(/^[a-z-]+$/)
  expect(new Set(MODEL_NAMES).size).toBe(MODEL_NAMES.length)
  expect(Uint32Array.of(NO_ITEM)[0]).toBe(NO_ITEM)
})
