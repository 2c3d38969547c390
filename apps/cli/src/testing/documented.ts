import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../../../..')

/** A command of the documentation, without what a shell makes of it. */
export interface Documented {
  readonly page: string
  readonly words: readonly string[]
}

/** Of the shell itself, or of files: nothing of this project is in them. */
const SHELL = ['cp', 'cd', 'echo', 'export']

/** Every command in a block of `sh` of the documentation's pages. */
export const documentedCommands = (): readonly Documented[] =>
  globSync(['*.md', 'docs/*.md', 'examples/**/*.md'], {
    cwd: ROOT,
    exclude: name => name.endsWith('node_modules'),
  })
    .sort()
    .flatMap(page => {
      const text = readFileSync(join(ROOT, page), 'utf8')
      const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)]
      return blocks.flatMap(([, block]) => commandsOf(block!)).map(words => ({ page, words }))
    })

const commandsOf = (block: string): readonly (readonly string[])[] =>
  block
    .replace(/\s*\\\n\s*/g, ' ')
    .replace(/\|\n/g, '|')
    .split('\n')
    .map(line => line.replace(/(^|\s)#.*$/, '').replace(/^([\d*]+ ){2}(\* ){2}\*/, ''))
    .flatMap(line => line.split(/ (?:&&|\|) /))
    .map(wordsOf)
    .filter(([program]) => program !== undefined && !SHELL.includes(program))

/** Quotes hold together; variables before a command, redirections and `npx` are not part of it. */
const wordsOf = (text: string): readonly string[] => {
  const words = [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/['"]/g, ''),
  )
  const end = words.findIndex(word => word === '>' || word === '&')
  const whole = end === -1 ? words : words.slice(0, end)
  const first = whole.findIndex(word => !/^[A-Z_]+=/.test(word) && word !== 'npx')
  return first === -1 ? [] : whole.slice(first)
}
