import { spawnSync } from 'node:child_process'
import { hasCommand, podmanEnvironment } from '@explore/servers'
import { output, run } from './run.ts'

/** A registry that takes longer is out of reach. */
const PULL_MS = 120_000

/** Why neither images can be made nor containers run here; undefined where both can. */
export const whyNoPodman = (): string | undefined => {
  for (const name of ['podman', 'buildah']) if (!hasCommand(name)) return `no ${name}`
  const { status, stderr } = spawnSync('podman', ['info'], {
    env: podmanEnvironment(),
    encoding: 'utf8',
  })
  return status === 0 ? undefined : `podman does not run here: ${stderr.trim().split('\n').at(-1)}`
}

export const hasImage = (image: string): Promise<boolean> =>
  run('podman', ['image', 'exists', image], { quiet: true }).then(
    () => true,
    () => false,
  )

/** An image under its own name: as it is here, from its registry, or else one that stands in for it. */
export const imageOr = async (image: string, standIn: () => Promise<void>): Promise<void> => {
  if (await hasImage(image)) return
  try {
    await run('podman', ['pull', '--quiet', image], { most: PULL_MS, quiet: true })
  } catch {
    console.error(`images: ${image} can't be pulled here: making one that stands in for it`)
    await standIn()
  }
}

export interface BuildOptions {
  readonly file: string
  readonly context: string
  readonly tag: string
  readonly args?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  /** Files that the build may read and the image does not hold. */
  readonly secrets?: Readonly<Record<string, string>>
}

export const build = ({
  file,
  context,
  tag,
  args = {},
  labels = {},
  secrets = {},
}: BuildOptions): Promise<void> =>
  run('buildah', [
    ...['bud', '--isolation', 'chroot', '--pull-never', '--layers', '--format', 'docker'],
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...Object.entries(secrets).flatMap(([id, path]) => ['--secret', `id=${id},src=${path}`]),
    ...['-f', file, '-t', tag, context],
  ])

/** What `podman inspect` knows, by a Go template. */
export const inspect = (name: string, template: string): Promise<string> =>
  output('podman', ['inspect', '--format', template, name])
