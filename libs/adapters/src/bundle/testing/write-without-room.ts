import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ExploreError } from '@explore/explore'
import { TINY_NOW, tinyArtifacts, tinyCatalogue } from '@explore/testkit'
import { writeBundle } from '../write-bundle.ts'

/* Writes a bundle where there is no room for it, then says what became of it. Runs under a limit of the size of files. */
const bundles = join(process.argv[2]!, 'bundles')
mkdirSync(bundles)
const info = { id: 'large', createdAt: TINY_NOW, catalogueId: 'here', items: 200, seed: 1 }
const artifacts = await tinyArtifacts(tinyCatalogue(200))
const error = await writeBundle(bundles, artifacts, info).catch((error: unknown) => error)
const code = error instanceof ExploreError ? error.code : String(error)
console.log(JSON.stringify({ code, left: readdirSync(bundles) }))
