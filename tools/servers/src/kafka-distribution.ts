import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './cache-folder.ts'
import { hasCommand } from './has-command.ts'
import { once } from './once.ts'

const run = promisify(execFile)
const SOURCE = join(import.meta.dirname, '../kafka')
const LOGGING = join(SOURCE, 'log4j2.properties')
const VERSION = '4.1.1'

/** How to run Kafka here. */
export interface KafkaDistribution {
  /** Arguments of java up to the main class. */
  readonly java: readonly string[]
}

const folders = () => {
  const cache = cacheFolder(`kafka-${VERSION}`)
  return { cache, jars: join(cache, 'jars'), archive: join(cache, 'classes.jsa') }
}

/** Why no Kafka can be run from its jars here; undefined where it can. */
export const whyNoKafkaJars = (): string | undefined => {
  if (!hasCommand('java')) return 'no java (17 or newer) to run Kafka with'
  if (!hasCommand('mvn') && !existsSync(folders().jars)) return "no mvn to fetch Kafka's jars with"
  return undefined
}

/** The folder of Kafka's Maven artifacts, downloaded once, and how it logs. */
export const kafkaJars = async (
  say: (what: string) => void = () => {},
): Promise<{ readonly jars: string; readonly logging: string }> => {
  const { cache, jars } = folders()
  await once(
    cache,
    () => existsSync(jars),
    async () => {
      say(`fetching Kafka ${VERSION}, once`)
      await fetchJars(jars)
    },
  )
  return { jars, logging: LOGGING }
}

/**
 * Kafka from its Maven artifacts, in the user's cache: downloaded once. `warmUp` runs a node once with the given
 * arguments, so that the JVM can keep its classes in an archive: that halves a node's start.
 */
export const kafkaDistribution = async (
  warmUp: (java: readonly string[]) => Promise<void>,
  say: (what: string) => void,
): Promise<KafkaDistribution> => {
  const { jars } = await kafkaJars(say)
  const { cache, archive } = folders()
  await once(
    cache,
    () => existsSync(archive),
    async () => {
      say('preparing Kafka, once')
      rmSync(`${archive}.new`, { force: true })
      await warmUp([`-XX:ArchiveClassesAtExit=${archive}.new`, ...arguments_(jars)])
      renameSync(`${archive}.new`, archive)
    },
  )
  // Another JVM than the one that made the archive goes without it.
  return { java: [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', ...arguments_(jars)] }
}

const fetchJars = async (jars: string): Promise<void> => {
  const scratch = `${jars}.new`
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch)
  copyFileSync(join(SOURCE, 'pom.xml'), join(scratch, 'pom.xml'))
  await run('mvn', [
    ...['-q', '-B', '-f', join(scratch, 'pom.xml'), 'dependency:copy-dependencies'],
    ...['-DincludeScope=runtime', `-DoutputDirectory=${scratch}`],
  ])
  rmSync(join(scratch, 'pom.xml'))
  renameSync(scratch, jars)
}

const arguments_ = (jars: string): readonly string[] => [
  ...['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
  ...['-XX:ActiveProcessorCount=2', '-Xlog:disable', '-Xlog:all=off'],
  `-Dlog4j2.configurationFile=${LOGGING}`,
  '-cp',
  // The archive holds for this very class path.
  readdirSync(jars)
    .sort()
    .map(jar => join(jars, jar))
    .join(':'),
]
