/**
 * Parts of formulas as people type them in a line.
 * @module
 */

const RAISED: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('0123456789+-n', (sign, at) => [sign, Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ')[at]!]),
);

/** In brackets unless it is one thing. */
export const grouped = (text: string): string =>
  /^[\p{L}\p{N}.,]*$/u.test(text) || /^\([^()]*\)$/.test(text) ? text : `(${text})`;

export const raised = (text: string): string => {
  const signs = Array.from(text, (sign) => RAISED[sign]);
  return signs.every((sign) => sign !== undefined) ? signs.join('') : `^${grouped(text)}`;
};
