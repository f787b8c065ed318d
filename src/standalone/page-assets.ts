/** The style sheets and the icon of the pages for people. */

/** The icon: a key, in SVG. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" rx="10" fill="#1d4ed8"/>
<g fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round">
<circle cx="17" cy="24" r="7"/><path d="M24 24h15v6M32 24v5"/>
</g>
</svg>
`;

/** Of the first page. */
export const PAGE_STYLE = `:root { color-scheme: light dark; --text: #1f2937; --soft: #4b5563; --back: #fff; --card: #f3f4f6; --line: #d1d5db; --link: #1d4ed8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e5e7eb; --soft: #b6bdc9; --back: #111827; --card: #1f2937; --line: #374151; --link: #93c5fd; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
header { display: flex; align-items: center; gap: .75rem; }
h1 { margin: 0; font-size: 1.75rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.25rem; }
.lead { font-size: 1.125rem; }
a { color: var(--link); text-underline-offset: .15em; }
.door a { display: inline-block; margin-right: .5rem; border-radius: .375rem; background: #1d4ed8; color: #fff; font-weight: 600; padding: .5rem 1rem; text-decoration: none; }
a:focus-visible, pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.cards { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); list-style: none; margin: 0; padding: 0; }
.cards li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.cards p { margin: .25rem 0 0; }
.more { color: var(--soft); font-size: .875rem; }
ol { padding-left: 1.25rem; }
li { margin-bottom: .4rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .375rem; margin: .4rem 0; overflow-x: auto; padding: .6rem .8rem; }
dl { display: grid; gap: .25rem; margin: 0; }
dl div { display: flex; gap: .75rem; }
dt { min-width: 5rem; color: var(--soft); }
dd { margin: 0; }
`;

/** Of the documentation: what Swagger UI's own style sheet lacks. */
export const DOCS_STYLE = `html { box-sizing: border-box; overflow-y: scroll; }
*, *::before, *::after { box-sizing: inherit; }
body { margin: 0; background: #fafafa; }
/* A stream never ends, and the page would wait for it. */
.swagger-ui tr[data-param-name="subscribe"] .parameters-col_description :is(select, input, .parameter__empty_value_toggle) { display: none; }
.swagger-ui .topbar .topbar-wrapper { flex-wrap: wrap; gap: .5rem; }
.swagger-ui .topbar .download-url-wrapper { min-width: 0; }
.swagger-ui .renderedMarkdown table { display: block; overflow-x: auto; }
@media (max-width: 640px) {
  body { overflow-x: clip; }
  .swagger-ui .wrapper { padding: 0 10px; }
  .swagger-ui .info { margin: 20px 0; }
  .swagger-ui .info .title { font-size: 26px; }
  .swagger-ui .topbar .download-url-wrapper .select-label { max-width: 100%; }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap; }
  .swagger-ui .opblock .opblock-summary-path { max-width: none; overflow-wrap: anywhere; }
  .swagger-ui .opblock .opblock-summary-description { flex-basis: 100%; }
  .swagger-ui .opblock-body pre, .swagger-ui .highlight-code { max-width: calc(100vw - 60px); overflow-x: auto; }
  .swagger-ui table.parameters, .swagger-ui table.parameters :is(tbody, tr, td), .swagger-ui table.responses-table, .swagger-ui table.responses-table :is(tbody, tr, td) { display: block; width: auto; }
  .swagger-ui :is(table.parameters, table.responses-table) thead { display: none; }
  .swagger-ui .parameters-col_description :is(input, select, textarea) { max-width: 100%; width: 100%; }
  .swagger-ui .dialog-ux .modal-ux { width: 96vw; min-width: 0; max-width: 96vw; }
  .swagger-ui .scheme-container .schemes { flex-wrap: wrap; gap: .5rem; }
  .swagger-ui .auth-wrapper { justify-content: flex-start; }
}
`;

/** Swagger UI gives the focus to the last field of the dialog that asks for credentials; this gives it to the first. */
export const DOCS_SCRIPT = `'use strict';
let shown = false;
new MutationObserver(() => {
  const content = document.querySelector('.dialog-ux .modal-ux-content');
  if (content && !shown) {
    const first = content.querySelector('input, button');
    if (first) first.focus({ preventScroll: true });
    content.scrollTop = 0;
  }
  shown = content !== null;
}).observe(document.documentElement, { childList: true, subtree: true });
`;
