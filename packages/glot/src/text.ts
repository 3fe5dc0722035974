/**
 * Where text in any script can be parted: for what shows passages to people.
 * @module
 */
export { segmenter } from '@glot/text';
