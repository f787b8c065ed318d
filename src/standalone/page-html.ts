/** What the pages for people have in common: their head, and text that is put into HTML. */

/**
 * The head of a page.
 * @param style - address of its style sheet, relative to the page
 * @param more - further elements
 */
export function pageHead(title: string, style: string, more: string): string {
  return `<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="latchkey.svg" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
${more}</head>`;
}

/** Text as the content of an element or of an attribute in double quotes. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

/** The address of the documentation with one document chosen, relative to `/`. */
export function documentLink(chosen: string): string {
  return `docs?urls.primaryName=${encodeURIComponent(chosen)}`;
}
