import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileMapping } from './compile-mapping.ts'
import { checkMapping, loadMapping, shippedMappings } from './load-mapping.ts'

const rule = (parts: object): object => ({ files: [{ match: 'x.csv', ...parts }] })
const event = { userId: 'u', itemId: 'i', time: 'ms(t)', types: { click: 'c' } }

const failure = (value: unknown): unknown => {
  try {
    return compileMapping(checkMapping(value), 0)
  } catch (error) {
    return error
  }
}

describe('checkMapping and compileMapping', () => {
  it.each<[string, unknown, string | undefined, string]>([
    ['no object', [], undefined, 'object'],
    ['no files', {}, 'files', 'required'],
    ['no rules', { files: [] }, 'files', 'greater or equal to 1'],
    ['a misspelt key', rule({ evnt: event }), 'files[0].evnt', 'unexpected'],
    ['__proto__', JSON.parse('{"files":[],"__proto__":{}}'), '__proto__', 'unexpected'],
    ['a field left out', rule({ item: { id: 'i' } }), 'files[0].item.author', 'required'],
    [
      'a field of another kind',
      rule({ item: { id: 7, author: 'a' } }),
      'files[0].item.id',
      'string',
    ],
    [
      'a type there is not',
      rule({ event: { ...event, types: { kick: '1' } } }),
      'files[0].event.types.kick',
      '',
    ],
    ['a rule for nothing', rule({}), 'files[0]', 'makes nothing'],
    [
      'neither type nor types',
      rule({ event: { ...event, types: undefined } }),
      'files[0].event',
      'either type or types',
    ],
    [
      'both type and types',
      rule({ event: { ...event, type: 't' } }),
      'files[0].event',
      'either type or types',
    ],
    [
      'a formula that ends early',
      rule({ event: { ...event, time: 'ms(t' } }),
      'files[0].event.time',
      'at column 5 of ms(t',
    ],
    ['a condition that ends early', rule({ event, when: 'a ==' }), 'files[0].when', 'at column 5'],
    [
      'a column that is excluded',
      rule({
        user: { id: 'u', attributes: { a: 'lower(`b`?)' } },
        exclude: { columns: ['b'], reason: 'it leaks' },
      }),
      'files[0].user.attributes.a',
      'reads b, which is excluded: it leaks',
    ],
    [
      'an excluded attribute column',
      rule({
        user: { id: 'u', attributeColumns: ['b'] },
        exclude: { columns: ['b'], reason: 'it leaks' },
      }),
      'files[0].user.attributeColumns.b',
      'it leaks',
    ],
    [
      'an attribute that is no name',
      rule({ user: { id: 'u', attributeColumns: ['a b'] } }),
      'files[0].user.attributeColumns.a b',
      'no attribute name',
    ],
  ])('refuses %s', (_, value, field, message) => {
    expect(failure(value)).toMatchObject({
      code: 'IMPORT_MAPPING',
      field,
      message: expect.stringContaining(message),
    })
  })

  it('says what a misspelt key may mean', () => {
    expect(failure(rule({ evnt: event }))).toMatchObject({ hint: 'did you mean event?' })
  })

  it('knows a column as optional where all formulas take it so', () => {
    const [compiled] = compileMapping(
      checkMapping(
        rule({ user: { id: 'u', createdAt: 'ms(coalesce(a?, b?))', attributes: { a: 'a' } } }),
      ),
      0,
    )
    expect(compiled?.columns).toEqual([
      { name: 'u', optional: false },
      { name: 'a', optional: false },
      { name: 'b', optional: true },
    ])
  })
})

describe('loadMapping', () => {
  it('loads and compiles every mapping that ships', async () => {
    expect(await shippedMappings()).toEqual(['generic', 'kuairand'])
    for (const name of await shippedMappings()) {
      expect(compileMapping(await loadMapping(name), 0).length).toBeGreaterThan(0)
    }
  })

  it('loads a file by its path, and says what is wrong with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mapping-'))
    const path = join(folder, 'mine.json')
    const refused = { code: 'IMPORT_MAPPING', message: expect.stringContaining('mine.json: ') }
    try {
      await expect(loadMapping(path)).rejects.toMatchObject(refused)
      await writeFile(path, '{"files": [')
      await expect(loadMapping(path)).rejects.toMatchObject(refused)
      await writeFile(path, `\uFEFF${JSON.stringify(rule({ event }))}`)
      expect(await loadMapping(path)).toEqual(rule({ event }))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('says which name may be meant', async () => {
    await expect(loadMapping('kuairnd')).rejects.toMatchObject({
      code: 'IMPORT_MAPPING',
      hint: expect.stringContaining('did you mean kuairand?'),
    })
    await expect(loadMapping('../kuairand')).rejects.toMatchObject({ code: 'IMPORT_MAPPING' })
  })
})
