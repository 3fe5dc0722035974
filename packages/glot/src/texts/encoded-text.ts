/** What of a passage is encoded: its headings, or the document's title, in front of its text where they don't stand in it. */
export function encodedText(
  title: string | null,
  { headings, text }: { readonly headings: readonly string[]; readonly text: string },
): string {
  const trail = headings.length > 0 ? headings : title === null ? [] : [title];
  // A long heading comes with an ellipsis at its end.
  const lead = trail.filter((heading) => !text.includes(heading.replace(/…$/, ''))).join(' – ');
  return lead === '' ? text : `${lead}\n${text}`;
}
