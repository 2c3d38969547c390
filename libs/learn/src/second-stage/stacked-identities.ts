/**
 * `count` identity matrices one below the other, row-major [count · width, width]: x · this adds up the
 * `count` parts of each row, faster than a reduction over a middle axis.
 */
export const stackedIdentities = (count: number, width: number): Float32Array => {
  const ones = new Float32Array(count * width * width)
  for (let row = 0; row < count * width; row++) ones[row * width + (row % width)] = 1
  return ones
}
