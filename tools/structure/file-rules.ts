import type { Rule } from './import-rules.ts'
import { reach } from './reach.ts'
import type { SourceFile } from './workspace.ts'

const MAIN_LINES = 40
const FILE_LINES = 300
const TEST_LINES = 400
/** From here on a file is worth a thought, though not an error. */
const LONG_LINES = 200

/** A main of the product reads settings, opens, serves and closes: logic in it is in the wrong room. */
export const shortMains: Rule = ({ files }) =>
  longer(
    files.filter(({ path }) => /^(bin\/|apps\/.*\/main\.ts$)/.test(path)),
    MAIN_LINES,
  )

/** One idea per file; a test may look at one from many sides. */
export const shortFiles: Rule = ({ files }) => [
  ...longer(
    files.filter(({ test }) => !test),
    FILE_LINES,
  ),
  ...longer(
    files.filter(({ test }) => test),
    TEST_LINES,
  ),
]

/** No offence yet: files that grow towards one. */
export const longFiles: Rule = ({ files }) => longer(files, LONG_LINES)

/** Tests stand beside what they test. */
export const testsBeside: Rule = ({ files }) =>
  files
    .filter(({ path }) => /\/(tests?|specs?|__tests__)\//.test(path))
    .map(({ path }) => `${path}: tests stand beside what they test, in no folder of their own`)

/** Every file of a library is reached by a test of that library. */
export const tested: Rule = ({ packages, files }) =>
  packages
    .filter(({ folder, rooms }) => folder.startsWith('libs/') && !rooms.includes('testkit'))
    .flatMap(own => {
      const room = files.filter(file => file.package === own)
      const tests = room.map(({ path }) => path).filter(path => path.endsWith('.test.ts'))
      // Without packages only relative imports are followed: a neighbour's index would reach all.
      const reached = reach({ packages: [], files: room }, tests, ['type', 'static', 'lazy', 'url'])
      return room
        .filter(({ path }) => !path.endsWith('/index.ts') && !reached.has(path))
        .map(({ path }) => `${path}: no test of ${own.name} comes by`)
    })

const longer = (files: readonly SourceFile[], limit: number): readonly string[] =>
  files
    .filter(({ codeLines }) => codeLines > limit)
    .map(({ path, codeLines }) => `${path}: ${codeLines} lines of code, more than ${limit}`)
