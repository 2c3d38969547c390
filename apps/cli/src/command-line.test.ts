import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { homes, someItems } from './testing/homes.ts'
import { explore } from './testing/run-explore.ts'

const folder = homes()
const data = join(folder.root, 'data')
const home = folder.next()

/** A folder of files in the generic mapping's own words. */
beforeAll(async () => {
  mkdirSync(data)
  const items = someItems(40).map(({ id, author, topics }) => `${id},${author},${topics![0]}`)
  writeFileSync(join(data, 'items.csv'), ['id,author,topics', ...items].join('\n'))
  const events = Array.from(
    { length: 30 },
    (_, i) => `e${i},u${i % 3},click,m${i},${Date.now() - 1000 * i}`,
  )
  writeFileSync(join(data, 'events.csv'), ['eventId,userId,type,itemId,time', ...events].join('\n'))
})
afterAll(folder.remove)

const at = (home: string) => ['--home', home]

describe('import', () => {
  it('takes a folder, and pages work before there are models', async () => {
    const { code, stdout, stderr } = await explore(['import', data, '--json', ...at(home)])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ items: 40, events: 30, rejects: 0 })
    expect(stderr).toMatch(/^(\[ *\d+\.\d s\] .*\n)+$/)

    const train = await explore(['train', ...at(home)])
    expect(train).toMatchObject({ code: 4, stdout: '' })
    expect(train.stderr).toMatch(
      /explore: none of the log's 30 events is an impression\n {2}TRAIN_DATA/,
    )

    const page = await explore(['page', 'u1', '--json', ...at(home)])
    expect(JSON.parse(page.stdout)).toMatchObject({ origin: 'fallback', degraded: ['no bundle'] })
    expect(JSON.parse(page.stdout).items).toHaveLength(20)
    expect(readdirSync(home).toSorted()).toEqual([
      'bundles',
      'db',
      'rejects.csv',
      'scratch',
      'training',
    ])
  })

  it.each([
    ['lacks a column', 'items.csv', 'id,topics\nm1,t1\n', 'IMPORT_COLUMN'],
    ['is binary', 'items.csv', Buffer.from([0, 1, 2, 0xff, 0xfe, 0]), 'IMPORT_FILE'],
    ['has bad rows', 'items.csv', 'id,author\nm1,a1\nbad id,a2\n', 'IMPORT_REJECTS'],
    ['is not what its name says', 'items.parquet', 'id,author\n', 'IMPORT_FILE'],
  ])('of a file that %s applies nothing', async (_, name, content, code) => {
    const files = folder.next()
    mkdirSync(files)
    writeFileSync(join(files, 'users.csv'), 'id\nu-new\n')
    writeFileSync(join(files, name), content)
    const own = folder.next()
    const refused = await explore(['import', files, ...at(own)])
    expect(refused).toMatchObject({ code: 4, stdout: '' })
    expect(refused.stderr).toContain(code)
    expect(refused.stderr).not.toContain('this is a bug')
    const doctor = await explore(['doctor', ...at(own)])
    expect(doctor.stdout).toMatch(/there are no items[^]*0 events, 0 not folded/)
    if (code === 'IMPORT_REJECTS') {
      expect(readFileSync(join(own, 'rejects.csv'), 'utf8')).toMatch(/items\.csv,3,id,/)
    }
  })

  it('puts up with as many bad rows as it is told to', async () => {
    const file = join(folder.root, 'items.jsonl')
    writeFileSync(file, '{"id":"m1","author":"a1"}\n{"id":"bad id","author":"a1"}\n')
    const own = folder.next()
    const { code, stdout } = await explore(['import', file, '--max-rejects', '1', ...at(own)])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /imported 1 items, 0 users, 0 events[^]*1 rows rejected: see rejects.csv/,
    )
  })

  it('names a path or a mapping that is not there', async () => {
    for (const args of [['no-such.csv'], [data, '--mapping', 'no-such']]) {
      const { code, stderr } = await explore(['import', ...args, ...at(folder.next())])
      expect(code).toBe(4)
      expect(stderr).toMatch(/no-such[^]*IMPORT_/)
    }
  })
})

describe('events', () => {
  it('come from standard input, with a verdict on each bad line', async () => {
    const input = [
      '{"userId":"u1","itemId":"m1","type":"like"}',
      '',
      'no JSON',
      '{"userId":"u1","itemId":"m2","type":"lick"}',
      '{"userId":"u1","itemId":"m3","type":"share"}\r',
    ].join('\n')
    const { code, stdout } = await explore(['events', '-', ...at(home)], { input })
    expect(code).toBe(4)
    expect(stdout).toMatch(/^2 events accepted, 2 rejected\n {2}line 3: .*\n {2}line 4: .*"lick"/)
    const page = await explore(['page', 'u1', '--explain-item', 'm1', '--json', ...at(home)])
    expect(JSON.parse(page.stdout).absent).toMatchObject({ itemId: 'm1' })
  })

  it('of a file that is missing or a folder are refused', async () => {
    for (const file of [join(data, 'missing'), data]) {
      const { code, stderr } = await explore(['events', file, ...at(home)])
      expect(code).toBe(4)
      expect(stderr).toMatch(/IMPORT_FILE/)
    }
  })
})

describe('settings', () => {
  it('are listed, changed and taken back', async () => {
    const change = ['settings', 'page.limit=5', 'precompute.policy=all', ...at(home)]
    const { code, stdout } = await explore(change)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\* page\.limit +5 /m)
    const { stdout: json } = await explore(['settings', 'page.limit=', '--json', ...at(home)])
    expect(JSON.parse(json)).toMatchObject({ 'page.limit': 20, 'precompute.policy': 'all' })
  })

  it('are refused with the key named', async () => {
    for (const change of ['page.limit=0', 'page.limt=3', 'page.limit=x']) {
      const { code, stderr } = await explore(['settings', change, '--json', ...at(home)])
      expect(code).toBe(2)
      expect(JSON.parse(stderr).error).toMatchObject({ field: change.split('=')[0] })
    }
  })
})

describe('doctor', () => {
  it('finds an empty home in order, and says what to do first', async () => {
    const { code, stdout } = await explore(['doctor', ...at(folder.next())])
    expect(code).toBe(0)
    expect(stdout).toMatch(/! catalogue +there are no items\n {2}→ explore import/)
    expect(stdout).not.toContain('✗')
  })

  it('finds a settings file that is no JSON', async () => {
    const own = folder.next()
    mkdirSync(own)
    writeFileSync(join(own, 'settings.json'), '{')
    const { code, stdout } = await explore(['doctor', '--json', ...at(own)])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ check: 'settings', level: 'fail' }),
    )
  })
})

describe('explore', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['serve']],
    ['an unknown option', ['page', 'u1', '--colour']],
    ['a missing argument', ['page']],
    ['a port that is none', ['start', '--port', '70000']],
    ['a count that is none', ['start', '--demo-items', 'many']],
    ['an evaluation that is none', ['evaluate', 'moon']],
    ['a protocol that is none', ['evaluate', 'retrieval', '--protocol', 'moon', ...at(home)]],
    ['a limit that is none', ['page', 'u1', '--limit', 'x', ...at(home)]],
    ['a user who is none', ['page', 'a/b', ...at(home)]],
  ])('ends with 2 and says why at %s', async (_, args) => {
    const { code, stdout, stderr } = await explore(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/Usage: explore|USAGE|_INVALID/)
  })

  it('helps, and knows its version', async () => {
    const help = await explore(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/Exit codes: 0 done, 1 failed, 2 wrong usage/)
    for (const [line] of help.stdout.matchAll(/^.*$/gm)) expect(line.length).toBeLessThan(100)
    expect((await explore(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('takes the home from the environment', async () => {
    const own = folder.next()
    await explore(['doctor'], { env: { EXPLORE_HOME: own } })
    expect(existsSync(join(own, 'db'))).toBe(true)
  })

  it('is quiet when its reader has seen enough', () => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const line = `"$0" "$1" settings --home "$2" | head -1`
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-o', 'pipefail', '-c', line, process.execPath, main, home],
      { encoding: 'utf8' },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.split('\n')).toHaveLength(2)
  })

  it('draws bars on a terminal, colours too unless NO_COLOR is set', ({ skip }) => {
    skip(spawnSync('script', ['--version']).error !== undefined, 'there is no script(1)')
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const onTerminal = (args: string, env: NodeJS.ProcessEnv): string =>
      spawnSync('script', ['-qec', `"${process.execPath}" "${main}" ${args}`, '/dev/null'], {
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: undefined, ...env },
      }).stdout
    const page = `page u1 --explain --home ${home}`
    expect(onTerminal(page, {})).toContain('\x1b[1mExplore for u1')
    expect(onTerminal(page, { NO_COLOR: '1' })).not.toContain('\x1b')
    expect(onTerminal(`import ${data} --home ${folder.next()}`, {})).toMatch(/█{16} 100 %/)
  })
})
