/** Whether a path names a GGUF file rather than a checkpoint folder. */
export function isGguf(path: string): boolean {
  return path.toLowerCase().endsWith('.gguf');
}
