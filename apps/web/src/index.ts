import { fileURLToPath } from 'node:url'

/** The folder of the viewer: static files for the REST server to serve at `/`. */
export const webRoot: string = fileURLToPath(new URL('../public', import.meta.url))
