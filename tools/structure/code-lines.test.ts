import { expect, it } from 'vitest'
import { codeLines } from './code-lines.ts'

it('counts code, not blank lines and comments', () => {
  expect(codeLines('/**\n * Doc.\n *\n */\nconst a = 1 // why\n\n// more\nlet b = a\n  *c\n')).toBe(
    3,
  )
})
