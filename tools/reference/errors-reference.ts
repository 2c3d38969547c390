import type { ERRORS } from '@explore/explore'
import { code, table } from './table.ts'

/** docs/errors.md: every code with its HTTP status and what to do about it. */
export const errorsReference = (errors: typeof ERRORS): string => `# Errors

<!-- Made from libs/explore/src/errors.ts by \`npm run docs\`. -->

Every error bears a code of this list, says what was wrong, names the field at fault where there is one,
and hints at what to do next. REST answers with \`application/problem+json\` (RFC 9457) and the status
below; the command line writes the same to stderr, as one JSON document under \`--json\`. Codes are never
reused.

${table(
  ['Code', 'Status', 'What to do'],
  Object.entries(errors).map(([name, [status, hint]]) => [code(name), String(status), hint]),
)}
`
