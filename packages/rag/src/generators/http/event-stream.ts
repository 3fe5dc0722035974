/**
 * The data of server-sent events (WHATWG HTML, 9.2.6): fields by line, events by blank line, comments skipped. Bytes
 * arrive in any pieces; characters and line ends may be cut anywhere.
 */
export async function* eventData(
  chunks: AsyncIterable<Uint8Array>,
  maxEventLength: number,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A carriage return at the end may be half of a line end.
    const complete = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, complete).split(/\r\n|\n|\r/u);
    rest = lines.pop()! + rest.slice(complete);
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
        length = 0;
      } else if (line.startsWith('data:')) {
        const value = line.slice(line[5] === ' ' ? 6 : 5);
        length += value.length;
        data.push(value);
      }
    }
    if (rest.length + length > maxEventLength)
      throw new RangeError(`an event of more than ${maxEventLength} characters`);
  }
}
