/** Lines that hold code: neither blank nor all comment (in text that Prettier has formatted). */
export const codeLines = (text: string): number =>
  text.split('\n').filter(line => !/^\s*($|\/\/|\/\*|\*[\s/]|\*$)/.test(line)).length
