import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/* What a process does that opens an environment while another commits: sets back the word that says which is the last commit. */
const [folder, commits] = process.argv.slice(2)
/** Bytes before it in LMDB's lock file: a magic number and the format. */
const AT = 8
const file = openSync(join(folder!, 'lock.mdb'), 'r+')
const word = new BigUint64Array(1)
readSync(file, word, { position: AT })
word[0]! -= BigInt(commits!)
writeSync(file, word, 0, word.byteLength, AT)
closeSync(file)
