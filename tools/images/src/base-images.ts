import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, imageOr } from './podman.ts'
import { output, run } from './run.ts'

const DEBIAN = 'docker.io/library/debian:bookworm-slim'
const NODE = 'docker.io/library/node:24-bookworm-slim'

const SUITE = 'bookworm'
/** Where apt gets nothing of its own for the suite. */
const MIRROR = 'http://deb.debian.org/debian/'
/** Node's headers, where the distribution has them: those of the project's Node are the same to N-API. */
const HEADERS = '/usr/include/node'
const NPM = '11.19.1'

const inScratch = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-image-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Puts the files that an image's instructions name into the folder beside them. */
type Fill = (folder: string) => Promise<void>

const imageOf = (tag: string, instructions: string, fill: Fill = async () => {}): Promise<void> =>
  inScratch(async context => {
    await fill(context)
    const file = join(context, 'Dockerfile')
    writeFileSync(file, instructions)
    await build({ file, context, tag })
  })

/** Debian's smallest system, where no registry has it: by debootstrap, from the mirror that apt uses. */
const debianImage = (): Promise<void> =>
  imageOr(DEBIAN, () =>
    imageOf(DEBIAN, 'FROM scratch\nADD root.tar /\nCMD ["bash"]\n', async folder => {
      const root = join(folder, 'root')
      await run('debootstrap', ['--variant=minbase', SUITE, root, await mirror()])
      for (const path of ['var/cache/apt/archives', 'var/lib/apt/lists']) {
        rmSync(join(root, path), { recursive: true, force: true })
        mkdirSync(join(root, path), { recursive: true })
      }
      await run('tar', ['-C', root, '-cf', join(folder, 'root.tar'), '.'])
      rmSync(root, { recursive: true, force: true })
    }),
  )

const mirror = async (): Promise<string> => {
  const known = await output('apt-get', [
    ...['indextargets', '--format', '$(REPO_URI) $(CODENAME) $(COMPONENT)'],
    'Created-By: Packages',
  ]).catch(() => '')
  const own = known.split('\n').find(line => line.endsWith(` ${SUITE} main`))
  return own?.split(' ')[0] ?? MIRROR
}

/** An image on Debian's, where the one of that name can't be had. */
export const onDebian = (
  tag: string,
  instructions: readonly string[],
  fill?: Fill,
): Promise<void> =>
  imageOr(tag, async () => {
    await debianImage()
    await imageOf(tag, [`FROM ${DEBIAN}`, ...instructions].join('\n'), fill)
  })

/** The image that the Dockerfile begins with: Node as the lockfile pins it, and npm, on Debian. */
export const nodeImage = (): Promise<void> =>
  onDebian(
    NODE,
    [
      'COPY local /usr/local/',
      'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
      'CMD ["node"]',
    ],
    async folder => {
      const local = join(folder, 'local')
      mkdirSync(join(local, 'bin'), { recursive: true })
      cpSync(process.execPath, join(local, 'bin/node'))
      if (existsSync(HEADERS)) cpSync(HEADERS, join(local, 'include/node'), { recursive: true })
      const into = ['--prefix', join(local, 'lib'), '--no-save', '--no-audit', '--no-fund']
      await run('npm', ['install', ...into, `npm@${NPM}`])
    },
  )
