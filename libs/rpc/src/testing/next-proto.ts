/** Fields, types and methods that no version has. */
const NUMBER = 1000

/**
 * A .proto file as a next version may have it, by every additive change that the contract allows: two fields in each
 * message, one of them a column, a value in each enum, a method in each service.
 */
export const nextProto = (text: string): string => {
  const asked: string[] = []
  const withMethods = text.replace(/^service (\w+) \{$/gm, (line, name: string) => {
    const method = `Next${name}`
    asked.push(`message ${method}Request {}`, `message ${method}Response {}`)
    return `${line}\n  rpc ${method}(${method}Request) returns (${method}Response);`
  })
  return [withMethods, ...asked, '']
    .join('\n')
    .replace(
      /\bmessage \w+ \{/g,
      line => `${line}\n  string next_note = ${NUMBER};\n  bytes next_column = ${NUMBER + 1};\n`,
    )
    .replace(/(\w+)_UNSPECIFIED = 0;/g, (line, prefix: string) => {
      return `${line}\n  ${prefix}_NEXT = ${NUMBER};`
    })
}
