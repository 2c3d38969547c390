import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { brokenLinks } from './broken-links.ts'

const NEIGHBOUR = `# The \`GET /v1\` route
## Twice
## Twice
\`\`\`sh
# no heading
\`\`\`
`

/** What is wrong with a docs/a.md of this text, beside docs/b.md. */
const broken = (text: string): readonly string[] => {
  const root = mkdtempSync(join(tmpdir(), 'links-'))
  try {
    mkdirSync(join(root, 'docs'))
    writeFileSync(join(root, 'README.md'), '')
    writeFileSync(join(root, 'docs/a.md'), text)
    writeFileSync(join(root, 'docs/b.md'), NEIGHBOUR)
    return brokenLinks(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

it.each([
  '[b](b.md)',
  '[b](./b.md#the-get-v1-route)',
  '[b](b.md#twice-1 "title")',
  '[readme](../README.md) [root](/docs/b.md) [folder](../docs)',
  '# Own\n[own](#own)',
  '[web](https://example.com/x.md)',
  '`[code](x.md)`',
  '```\n[fence](x.md)\n```',
])('follows %o', text => expect(broken(text)).toEqual([]))

it.each([
  ['[c](c.md)', 'c.md'],
  ['![c](c.png)', 'c.png'],
  ['[b](b.md#no-heading)', 'b.md#no-heading'],
  ['[b](b.md#twice-2)', 'b.md#twice-2'],
  ['[own](#other)', '#other'],
  ['<img src="c.svg">', 'c.svg'],
  ['`code` [c](c.md) `code`', 'c.md'],
])('finds %o broken', (text, link) => expect(broken(text)).toEqual([`docs/a.md: ${link}`]))
