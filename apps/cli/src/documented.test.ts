import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addCommands } from './commands/index.ts'
import { documentedCommands, ROOT } from './testing/documented.ts'
import EXECUTED from './testing/executed.json' with { type: 'json' }

const commands = documentedCommands()
const { by, not } = EXECUTED as {
  /** The test that runs it. */
  readonly by: Readonly<Record<string, string>>
  /** Why none does. */
  readonly not: Readonly<Record<string, string>>
}
const entries = [...Object.keys(by), ...Object.keys(not)]
const covers = (entry: string, words: readonly string[]): boolean =>
  entry.split(' ').every((word, i) => words[i] === word)

it('every command of the documentation is run by a test, or it is said why not', () => {
  expect(commands.length).toBeGreaterThan(100)
  const unmarked = commands.filter(({ words }) => !entries.some(entry => covers(entry, words)))
  expect(unmarked.map(({ page, words }) => `${page}: ${words.join(' ')}`)).toEqual([])
})

it('nothing is marked that is not there, or twice', () => {
  const unused = entries.filter(entry => !commands.some(({ words }) => covers(entry, words)))
  expect(unused).toEqual([])
  expect(new Set(entries).size).toBe(entries.length)
})

it.each(Object.entries(by))('%s is run by %s', (entry, test) => {
  expect(existsSync(join(ROOT, test)), test).toBe(true)
  const text = readFileSync(join(ROOT, test), 'utf8')
  const [, ...words] = entry.split(' ')
  expect(words.filter(word => !text.includes(word))).toEqual([])
})

const ours = commands.filter(({ words }) => words[0] === 'explore')
it.each(ours.map(({ page, words }) => [page, words.slice(1).join(' ')]))(
  '%s: the command line takes explore %s',
  (_, text) => {
    let command = addCommands(new Command('explore'))
    let words = text!.split(' ')
    for (;;) {
      const next = command.commands.find(each => each.name() === words[0])
      if (next === undefined) break
      command = next
      words = words.slice(1)
    }
    expect(command.parent, 'a command').not.toBeNull()
    const { operands, unknown } = command.parseOptions(words)
    expect(unknown).toEqual([])
    const required = command.registeredArguments.filter(each => each.required)
    expect(operands.length).toBeGreaterThanOrEqual(required.length)
    if (!command.registeredArguments.some(each => each.variadic)) {
      expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length)
    }
  },
)
