import { expect, it } from 'vitest'
import { progressView } from './progress-view.ts'

/** What a terminal shows after it was written to: the few codes that bars are made of. */
const screenOf = (text: string, columns: number): readonly string[] => {
  const rows = ['']
  let row = 0
  let column = 0
  // eslint-disable-next-line no-control-regex
  for (const [part, count, code] of text.matchAll(/\x1b\[(\d+)([ABK])|[^]/g)) {
    if (code === 'A') row = Math.max(0, row - Number(count))
    else if (code === 'B') row = Math.min(rows.length - 1, row + Number(count))
    else if (code === 'K') rows[row] = ''
    else if (part === '\r') column = 0
    else if (part === '\n') {
      column = 0
      if (++row === rows.length) rows.push('')
    } else {
      if (column === columns) throw new Error('a line wrapped')
      rows[row] = rows[row]!.slice(0, column++) + part + rows[row]!.slice(column)
    }
  }
  return rows
}

const drawn = (isTTY: boolean, columns = 80) => {
  let text = ''
  let now = 0
  const out = { isTTY, columns, write: (more: string) => (text += more) }
  return {
    ...progressView(out, () => now),
    wait: (ms: number) => (now += ms),
    text: () => text,
    screen: () => screenOf(text, columns),
  }
}

it('draws one bar a stage, also when stages take turns', () => {
  const view = drawn(true)
  view.progress('towers', 0)
  view.progress('heads', 0.5)
  view.wait(3000)
  view.progress('towers', 1, 'done')
  view.progress('heads', 0.999)
  view.end()
  expect(view.screen()).toEqual([
    `${'█'.repeat(16)} 100 %    3 s  towers · done`,
    `${'█'.repeat(16)}  99 %    3 s · 1 s left  heads`,
    '',
  ])
})

it('never wraps a bar, and ends below it', () => {
  const view = drawn(true, 40)
  view.progress('demo world', 1, 'a very long note about what it is doing')
  view.end()
  expect(view.screen()[0]).toHaveLength(39)
  expect(view.text()).toMatch(/\r$/)
  expect(view.screen()).toHaveLength(2)
})

it('writes a line a quarter elsewhere', () => {
  const view = drawn(false)
  for (let i = 0; i <= 100; i++) {
    view.wait(10)
    view.progress('one', i / 100)
    view.progress('two', i / 200)
  }
  view.end()
  const lines = view.text().trimEnd().split('\n')
  expect(lines.filter(line => line.includes('one'))).toEqual([
    '[  0.0 s] one 0 %',
    '[  0.3 s] one 25 %',
    '[  0.5 s] one 50 %',
    '[  0.8 s] one 75 %',
    '[  1.0 s] one 100 %',
  ])
  expect(lines.filter(line => line.includes('two'))).toHaveLength(3)
})
