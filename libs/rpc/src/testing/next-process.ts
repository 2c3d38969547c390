// A process that is started with `node --import` of this file is one of the next version.
import { readNextProtos } from './next-version.ts'

readNextProtos()
