import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nodeImage } from './base-images.ts'
import { build, hasImage, inspect } from './podman.ts'

export const EXPLORE = 'localhost/explore:latest'

const ROOT = join(import.meta.dirname, '../../..')
/** What an image was made of. */
const SOURCES = 'explore.sources'
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

/** Why there is no image of the sources as they are now; undefined where there is. */
export const whyNoImage = async (): Promise<string | undefined> =>
  (await isCurrent()) ? undefined : 'no image of these sources: npm run image'

/** The image of the sources as they are now, made where it is not there yet. */
export const exploreImage = async (): Promise<string> => {
  if (await isCurrent()) return EXPLORE
  await nodeImage()
  await build({
    ...{ file: join(ROOT, 'deploy/Dockerfile'), context: ROOT, tag: EXPLORE },
    args: { NPM_REGISTRY: npmRegistry() },
    labels: { [SOURCES]: sources() },
    // Where a proxy stands before the registry, it is known to this machine.
    ...(existsSync(AUTHORITIES) && { secrets: { ca: AUTHORITIES } }),
  })
  return EXPLORE
}

const isCurrent = async (): Promise<boolean> =>
  (await hasImage(EXPLORE)) &&
  (await inspect(EXPLORE, `{{index .Config.Labels "${SOURCES}"}}`)) === sources()

const npmRegistry = (): string =>
  execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()

const PATTERNS = [
  ...['.dockerignore', 'package.json', 'package-lock.json', 'deploy/*'],
  ...['apps/**/*', 'libs/**/*', 'protos/**/*', 'tools/{bench,servers,world}/**/*'],
]

/** A hash of all files that the image is made of. */
const sources = (): string => {
  const exclude = (name: string): boolean =>
    name.endsWith('node_modules') || name.endsWith('.test.ts')
  const hash = createHash('sha256')
  for (const path of globSync(PATTERNS, { cwd: ROOT, exclude }).sort()) {
    if (!statSync(join(ROOT, path)).isFile()) continue
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 32)
}
