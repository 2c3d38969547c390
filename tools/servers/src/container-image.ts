import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from './cache-folder.ts'
import { containerEngine } from './container-engine.ts'

/** A registry that has not sent an image by then is no reason to wait. */
const PULL_MS = 30_000
/** So long an image that could not be pulled is not asked for again. */
const FORGET_MS = 3_600_000

/** Why no container can be made of an image here, which is pulled where it is missing; undefined where one can. */
export const containable = async (image: string): Promise<string | undefined> => {
  const engine = await containerEngine()
  if (typeof engine === 'string') return engine
  const { image: images } = await engine.getContainerRuntimeClient()
  const name = engine.ImageName.fromString(image)
  // Not `exists`, which believes a pull that podman answered with 200 and an error in its body.
  const isThere = (): Promise<boolean> =>
    images.inspect(name).then(
      () => true,
      () => false,
    )
  if (await isThere()) return undefined
  const failure = join(
    cacheFolder('images'),
    createHash('sha256').update(image).digest('hex').slice(0, 16),
  )
  const why = `no image ${image}, and none can be pulled`
  if (age(failure) < FORGET_MS) return why
  await Promise.race([images.pull(name).catch(() => {}), sleep(PULL_MS, undefined, { ref: false })])
  if (await isThere()) return void rmSync(failure, { force: true })
  writeFileSync(failure, '')
  console.error(`explore: ${why}: without it for an hour`)
  return why
}

/** The same for whoever can't wait: asked by a process of its own. */
export const whyNotContainable = (image: string): string | undefined => {
  const module = JSON.stringify(import.meta.url)
  const script = `const { containable } = await import(${module})
    process.stdout.write((await containable(process.argv[1])) ?? '')
    process.exit()`
  const args = ['--input-type=module', '-e', script, image]
  return execFileSync(process.execPath, args, { encoding: 'utf8' }) || undefined
}

const age = (file: string): number => {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return Infinity
  }
}
