import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { importRecords } from './import-records.ts'
import { checkMapping } from './load-mapping.ts'
import { mappingReference } from './mapping-reference.ts'

const DOCS = join(import.meta.dirname, '../../../../docs/import.md')

interface Example {
  readonly file: string
  readonly content: string
  readonly mapping: string
}

const FENCE = /^```\w+ (?<title>\S+)\n(?<body>[\s\S]*?)^```$/gm

/** Examples come as three fences: a file, a mapping, and the records that they make. */
const records = async ({ file, content, mapping }: Example): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'docs-'))
  const lines: string[] = []
  const take = async (batch: readonly object[]): Promise<void> => {
    for (const record of batch) lines.push(`${JSON.stringify(record)}\n`)
  }
  try {
    await writeFile(join(folder, file), content)
    await importRecords(
      {
        paths: [folder],
        mapping: checkMapping(JSON.parse(mapping)),
        maxRejects: 1,
        now: Date.UTC(2023, 0),
      },
      { items: take, users: take, events: take },
    )
  } finally {
    await rm(folder, { recursive: true })
  }
  return lines.join('')
}

it('docs/import.md tells what the schema, the functions and its own examples do', async () => {
  const written = await readFile(DOCS, 'utf8')
  let made = written.replace(
    /(?<=<!-- reference -->\n)[\s\S]*(?=<!-- \/reference -->)/,
    () => `\n${mappingReference()}\n\n`,
  )
  const fences = [...written.matchAll(FENCE)].map(({ groups }) => groups!)
  expect(fences.length).toBeGreaterThan(0)
  for (let i = 0; i < fences.length; i += 3) {
    const [file, mapping, result] = fences.slice(i, i + 3)
    expect([mapping?.title, result?.title]).toEqual(['mapping', 'records'])
    const lines = await records({
      file: file!.title!,
      content: file!.body!,
      mapping: mapping!.body!,
    })
    expect(lines).not.toBe('')
    const before = `${mapping!.body!}\`\`\``
    const end = made.indexOf('```jsonl records\n', made.indexOf(before))
    const start = end + '```jsonl records\n'.length
    made = made.slice(0, start) + lines + made.slice(made.indexOf('```\n', start))
  }
  await expect(made).toMatchFileSnapshot(DOCS)
})
