import { open } from 'lmdb'

/* A process that opens an environment to read and ends: see last-commit.ts. */
await open({ path: process.argv[2]!, noSubdir: false, readOnly: true }).close()
