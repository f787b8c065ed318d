/** The page of Swagger UI. Its own scripts and styles are files, so that its policy can forbid all others. */
import type { Application, RequestHandler } from 'express';
import { DOCS_SCRIPT, DOCS_STYLE } from './page-assets.js';
import { pageHead } from './page-html.js';

/** Swagger UI sets the style of some elements, and has images in its style sheet. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
${pageHead('Latchkey: documentation', 'docs/swagger-ui.css', '<link rel="stylesheet" href="docs/latchkey.css">\n')}
<body>
<div id="swagger-ui"><noscript><p>This page needs JavaScript. The OpenAPI documents are linked from the <a href=".">first page</a>.</p></noscript></div>
<script src="docs/latchkey.js"></script>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/swagger-ui-standalone-preset.js"></script>
<script src="docs/swagger-ui-init.js"></script>
</body>
</html>
`;

/** Answers ahead of the page that Swagger's module would serve. */
export function serveDocsPage(application: Application): void {
  /** By path below `/docs`. */
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['html', PAGE],
    '/index.html': [
      'html',
      PAGE.replaceAll(/(href|src)="docs\//g, '$1="').replace('"latchkey.svg"', '"../latchkey.svg"'),
    ],
    '/latchkey.css': ['css', DOCS_STYLE],
    '/latchkey.js': ['js', DOCS_SCRIPT],
  };
  const serve: RequestHandler = (request, response, next) => {
    const [type, text] = (Object.hasOwn(files, request.path) ? files[request.path] : undefined) ?? [];
    if (type === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      next();
      return;
    }
    response.set('Content-Security-Policy', POLICY).type(type).send(text);
  };
  application.use('/docs', serve);
}
