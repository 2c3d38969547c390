const NS = 'http://www.w3.org/2000/svg'

const isThere = value => value !== undefined && value !== null && value !== false

const dress = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name.startsWith('--')) element.style.setProperty(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (isThere(value)) element.setAttribute(name, value)
  }
  element.append(...children.flat(Infinity).filter(isThere))
  return element
}

/** An element with attributes, listeners (`onclick`) and children; null and false are left out. */
export const h = (tag, attributes = {}, ...children) =>
  dress(document.createElement(tag), attributes, children)

/** The same in SVG. */
export const svg = (tag, attributes = {}, ...children) =>
  dress(document.createElementNS(NS, tag), attributes, children)

export const $ = id => document.getElementById(id)

/** A number for people: three figures. */
export const short = n =>
  Number.isInteger(n) ? n.toLocaleString('en') : String(Number(n.toPrecision(3)))

export const age = (millis, now = Date.now()) => {
  if (!millis) return ''
  const hours = Math.max(0, (now - millis) / 3_600_000)
  if (hours < 48) return hours < 1 ? 'now' : `${Math.round(hours)} h`
  return hours < 24 * 90 ? `${Math.round(hours / 24)} d` : `${Math.round(hours / 24 / 30)} mo`
}
