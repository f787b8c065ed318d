/** The first page, at `/`: what this server is, which APIs it has, and how to get a token. */
import type { Application, Request, RequestHandler, Response } from 'express';
import type { Dialect } from '../dialect-kit/index.js';
import { latchkey } from '../dialects/latchkey/latchkey.dialect.js';
import { PRODUCT_VERSION } from '../version.js';
import { FAVICON, PAGE_STYLE } from './page-assets.js';
import { documentLink, escaped, pageHead } from './page-html.js';

/** Nothing but its own style sheet and icon: no scripts, no frames, no forms. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Browsers may keep what is the same for one version of the server, for so many seconds. */
const ASSET_AGE = 'public, max-age=3600';

/**
 * Serves the page, its style sheet and the icon.
 * @param hasConsole - whether there is a console to lead to
 */
export function serveFirstPage(application: Application, dialects: readonly Dialect[], hasConsole: boolean): void {
  const page = firstPage(dialects, hasConsole);
  // By expressions, so that no other request enters them.
  application.use(/^\/$/, reading(answering('html', page, 'no-cache')));
  application.use(/^\/(?:favicon\.ico|latchkey\.svg)$/, reading(answering('svg', FAVICON, ASSET_AGE)));
  application.use(/^\/latchkey\.css$/, reading(answering('css', PAGE_STYLE, ASSET_AGE)));
}

/** Runs for GET and HEAD. */
function reading(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) next();
    else void handler(request, response, next);
  };
}

function answering(type: 'html' | 'svg' | 'css', text: string, caching: string): RequestHandler {
  return (_request: Request, response: Response) => {
    response.set({ 'Content-Security-Policy': POLICY, 'Cache-Control': caching }).type(type).send(text);
  };
}

const CONSOLE_LINK = `<p class="door"><a href="console/">Open the console</a> to create, rotate and revoke tokens in the browser.</p>
`;

const CONSOLE_STEP = `<li>In the <a href="console/">console</a>: sign in with your e-mail address and password, and choose “Create token”. The first start printed those of the administrator.</li>
`;

function firstPage(dialects: readonly Dialect[], hasConsole: boolean): string {
  return `<!doctype html>
<html lang="en">
${pageHead('Latchkey', 'latchkey.css', '')}
<body>
<header><img src="latchkey.svg" alt="" width="48" height="48"><h1>Latchkey</h1></header>
<main>
<p class="lead">This server issues and verifies API tokens. Existing clients of ${escaped(namesOf(dialects.filter((dialect) => dialect !== latchkey)))} can use it as they are, and proxies ask it whether a request may pass.</p>
${hasConsole ? CONSOLE_LINK : ''}<h2>APIs</h2>
<ul class="cards">
${dialects.map(cardOf).join('\n')}
<li><a href="${documentLink(VERIFICATION)}"><strong>${VERIFICATION}</strong></a><p>Asks whether a credential is accepted: <code>/verify</code> for proxies, introspection and revocation for services.</p><p class="more"><a href="docs/data-plane.json">OpenAPI document</a></p></li>
</ul>
<p>You can try every call in the <a href="docs">documentation</a>.</p>
<h2>Get a token</h2>
<ol>
${hasConsole ? CONSOLE_STEP : ''}<li>The first start printed an access token of the administrator, or wrote it to <code>first-credentials.json</code> in the data folder.</li>
<li>If it is lost, run this command on the server. It prints a new one.<pre tabindex="0"><code>latchkey admin create-token --description "My token"</code></pre></li>
<li>If you are not the administrator, ask them for an account. Log in, and create tokens of your own.</li>
</ol>
<p>Send the token with each request, for example as <code>Authorization: Bearer TOKEN</code>.</p>
<h2>Status</h2>
<dl>
<div><dt>Version</dt><dd>${escaped(PRODUCT_VERSION)}</dd></div>
<div><dt>Running</dt><dd><a href="health/live">health/live</a></dd></div>
<div><dt>Ready</dt><dd><a href="health/ready">health/ready</a></dd></div>
</dl>
</main>
</body>
</html>
`;
}

/** The name of the data plane in the chooser of documents. */
export const VERIFICATION = 'Verification';

function cardOf({ name, title, purpose }: Dialect): string {
  const text = purpose === undefined ? '' : `<p>${escaped(purpose)}</p>`;
  return (
    `<li><a href="${documentLink(title)}"><strong>${escaped(title)}</strong></a>${text}` +
    `<p class="more"><a href="docs/${name}.json">OpenAPI document</a></p></li>`
  );
}

/** `A, B and C`. */
function namesOf(dialects: readonly Dialect[]): string {
  const names = dialects.map(({ title }) => title);
  const last = names.pop() ?? 'its APIs';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}
