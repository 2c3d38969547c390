import { writeFile } from 'node:fs/promises'
import { API_REFERENCE, currentApiReference } from './current-api-reference.ts'

await writeFile(API_REFERENCE, await currentApiReference())
